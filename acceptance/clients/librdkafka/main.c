/* librdkafka at its usual repertoire: main [transactions|consumers|admin|failures]…, all of them without arguments. */
#include "check.h"

#include <stdio.h>
#include <string.h>

static bool asked(int argc, char **argv, const char *part) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], part)) return true;
  return argc == 1;
}

int main(int argc, char **argv) {
  if (!bootstrap()) {
    fprintf(stderr, "BOOTSTRAP is not set\n");
    return 2;
  }
  printf("      librdkafka %s\n", rd_kafka_version_str());
  if (asked(argc, argv, "admin")) check_admin();
  if (asked(argc, argv, "transactions")) check_transactions();
  if (asked(argc, argv, "consumers")) {
    check_consumers("classic");
    if (rd_kafka_version() >= 0x020c0000) check_consumers("consumer");
  }
  if (asked(argc, argv, "failures")) check_failures();
  return failures() ? 1 : 0;
}
