package io.dure.broker;

import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What is answered about access lists, credentials and tokens by a cluster that has none of them:
 * as an Apache Kafka without authorizer and SASL does, but that nothing is stored which would have
 * no effect.
 */
public final class SecurityApis {
  private static final short SECURITY_DISABLED = WireError.SECURITY_DISABLED.code();
  private static final short NO_TOKENS = WireError.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code();
  private static final short FIRST_VERSION_WITH_REQUESTER = 3;
  private static final String NO_AUTHORIZER = "No Authorizer is configured.";
  private static final String NO_SASL =
      "This cluster authenticates nobody, so it stores no credentials.";

  private SecurityApis() {}

  public static void addTo(Dispatcher.Builder table) {
    addAcls(table);
    addTokens(table);
    table
        .<DescribeUserScramCredentialsRequestData, DescribeUserScramCredentialsResponseData>on(
            ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
            (request, context, reply) -> reply.send(noCredentials(request)))
        .<AlterUserScramCredentialsRequestData, AlterUserScramCredentialsResponseData>on(
            ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
            (request, context, reply) -> reply.send(noneStored(request)));
  }

  private static void addAcls(Dispatcher.Builder table) {
    table
        .<DescribeAclsRequestData, DescribeAclsResponseData>on(
            ApiKeys.DESCRIBE_ACLS,
            (request, context, reply) ->
                reply.send(
                    new DescribeAclsResponseData()
                        .setErrorCode(SECURITY_DISABLED)
                        .setErrorMessage(NO_AUTHORIZER)))
        .<CreateAclsRequestData, CreateAclsResponseData>on(
            ApiKeys.CREATE_ACLS,
            (request, context, reply) ->
                reply.send(
                    new CreateAclsResponseData()
                        .setResults(
                            request.creations().stream()
                                .map(_ ->
                                    new AclCreationResult()
                                        .setErrorCode(SECURITY_DISABLED)
                                        .setErrorMessage(NO_AUTHORIZER))
                                .toList())))
        .<DeleteAclsRequestData, DeleteAclsResponseData>on(
            ApiKeys.DELETE_ACLS,
            (request, context, reply) ->
                reply.send(
                    new DeleteAclsResponseData()
                        .setFilterResults(
                            request.filters().stream()
                                .map(_ ->
                                    new DeleteAclsFilterResult()
                                        .setErrorCode(SECURITY_DISABLED)
                                        .setErrorMessage(NO_AUTHORIZER))
                                .toList())));
  }

  /** Kafka hands tokens out over authenticated connections only, and there are none here. */
  private static void addTokens(Dispatcher.Builder table) {
    table
        .<CreateDelegationTokenRequestData, CreateDelegationTokenResponseData>on(
            ApiKeys.CREATE_DELEGATION_TOKEN,
            (request, context, reply) -> reply.send(noToken(context.version())))
        .<RenewDelegationTokenRequestData, RenewDelegationTokenResponseData>on(
            ApiKeys.RENEW_DELEGATION_TOKEN,
            (request, context, reply) ->
                reply.send(
                    new RenewDelegationTokenResponseData()
                        .setErrorCode(NO_TOKENS)
                        .setExpiryTimestampMs(-1)))
        .<ExpireDelegationTokenRequestData, ExpireDelegationTokenResponseData>on(
            ApiKeys.EXPIRE_DELEGATION_TOKEN,
            (request, context, reply) ->
                reply.send(
                    new ExpireDelegationTokenResponseData()
                        .setErrorCode(NO_TOKENS)
                        .setExpiryTimestampMs(-1)))
        .<DescribeDelegationTokenRequestData, DescribeDelegationTokenResponseData>on(
            ApiKeys.DESCRIBE_DELEGATION_TOKEN,
            (request, context, reply) ->
                reply.send(new DescribeDelegationTokenResponseData().setErrorCode(NO_TOKENS)));
  }

  private static CreateDelegationTokenResponseData noToken(short version) {
    var response =
        new CreateDelegationTokenResponseData()
            .setErrorCode(NO_TOKENS)
            .setPrincipalType("User")
            .setPrincipalName("ANONYMOUS")
            .setIssueTimestampMs(-1)
            .setExpiryTimestampMs(-1)
            .setMaxTimestampMs(-1);
    return version < FIRST_VERSION_WITH_REQUESTER
        ? response
        : response
            .setTokenRequesterPrincipalType("User")
            .setTokenRequesterPrincipalName("ANONYMOUS");
  }

  /** No list of users asks for all, and so does an empty one. */
  private static DescribeUserScramCredentialsResponseData noCredentials(
      DescribeUserScramCredentialsRequestData request) {
    var response = new DescribeUserScramCredentialsResponseData();
    Map<String, Integer> asked = new HashMap<>();
    List<UserName> users = request.users() == null ? List.of() : request.users();
    users.forEach(user -> asked.merge(user.name(), 1, Integer::sum));
    for (String user : new LinkedHashSet<>(users.stream().map(UserName::name).toList())) {
      boolean repeated = asked.getOrDefault(user, 0) > 1;
      WireError error = repeated ? WireError.DUPLICATE_RESOURCE : WireError.RESOURCE_NOT_FOUND;
      response
          .results()
          .add(
              new DescribeUserScramCredentialsResult()
                  .setUser(user)
                  .setErrorCode(error.code())
                  .setErrorMessage(
                      repeated
                          ? "Cannot describe SCRAM credentials for the same user twice in a single request: "
                              + user
                          : "Attempt to describe a user credential that does not exist: " + user));
    }
    return response;
  }

  private static AlterUserScramCredentialsResponseData noneStored(
      AlterUserScramCredentialsRequestData request) {
    Map<String, AlterUserScramCredentialsResult> results = new LinkedHashMap<>();
    request
        .deletions()
        .forEach(each ->
            results.put(
                each.name(),
                new AlterUserScramCredentialsResult()
                    .setUser(each.name())
                    .setErrorCode(WireError.RESOURCE_NOT_FOUND.code())
                    .setErrorMessage("Attempt to delete a user credential that does not exist")));
    request
        .upsertions()
        .forEach(each ->
            results.put(
                each.name(),
                new AlterUserScramCredentialsResult()
                    .setUser(each.name())
                    .setErrorCode(SECURITY_DISABLED)
                    .setErrorMessage(NO_SASL)));
    return new AlterUserScramCredentialsResponseData().setResults(List.copyOf(results.values()));
  }
}
