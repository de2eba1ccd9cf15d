package io.dure.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData.CreatableRenewers;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Access lists, tokens and quotas, of a cluster that has none of them. */
final class SecuritySpecimens {
  private SecuritySpecimens() {}

  static void addTo(Map<ApiKeys, List<Specimen>> all) {
    all.put(ApiKeys.DESCRIBE_ACLS, describeAcls());
    all.put(ApiKeys.CREATE_ACLS, createAcls());
    all.put(ApiKeys.DELETE_ACLS, deleteAcls());
    all.put(ApiKeys.CREATE_DELEGATION_TOKEN, createToken());
    all.put(ApiKeys.RENEW_DELEGATION_TOKEN, renewToken());
    all.put(ApiKeys.EXPIRE_DELEGATION_TOKEN, expireToken());
    all.put(ApiKeys.DESCRIBE_DELEGATION_TOKEN, describeTokens());
    all.put(ApiKeys.DESCRIBE_CLIENT_QUOTAS, describeQuotas());
    all.put(ApiKeys.ALTER_CLIENT_QUOTAS, alterQuotas());
  }

  private static List<Specimen> describeAcls() {
    return List.of(
        Specimen.of(
                "any",
                (version, scene) ->
                    new DescribeAclsRequestData()
                        .setResourceTypeFilter((byte) 1)
                        .setPatternTypeFilter((byte) 1)
                        .setOperation((byte) 1)
                        .setPermissionType((byte) 1))
            .refusedWith(Errors.SECURITY_DISABLED));
  }

  private static List<Specimen> createAcls() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new CreateAclsRequestData()),
        Specimen.of(
                "one",
                (version, scene) ->
                    new CreateAclsRequestData()
                        .setCreations(
                            List.of(
                                new AclCreation()
                                    .setResourceType((byte) 2)
                                    .setResourceName("topic")
                                    .setPrincipal("User:ann")
                                    .setHost("*")
                                    .setOperation((byte) 3)
                                    .setPermissionType((byte) 3))))
            .refusedWith(Errors.SECURITY_DISABLED));
  }

  private static List<Specimen> deleteAcls() {
    return List.of(
        Specimen.of(
                "any",
                (version, scene) ->
                    new DeleteAclsRequestData()
                        .setFilters(
                            List.of(
                                new DeleteAclsFilter()
                                    .setResourceTypeFilter((byte) 1)
                                    .setPatternTypeFilter((byte) 1)
                                    .setOperation((byte) 1)
                                    .setPermissionType((byte) 1))))
            .refusedWith(Errors.SECURITY_DISABLED));
  }

  private static List<Specimen> createToken() {
    return List.of(
        Specimen.of(
                "with a renewer",
                (version, scene) ->
                    new CreateDelegationTokenRequestData()
                        .setRenewers(
                            List.of(
                                new CreatableRenewers()
                                    .setPrincipalType("User")
                                    .setPrincipalName("ann"))))
            .refusedWith(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED));
  }

  private static List<Specimen> renewToken() {
    return List.of(
        Specimen.of(
                "one",
                (version, scene) -> new RenewDelegationTokenRequestData().setHmac(new byte[] {1}))
            .refusedWith(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED));
  }

  private static List<Specimen> expireToken() {
    return List.of(
        Specimen.of(
                "one",
                (version, scene) -> new ExpireDelegationTokenRequestData().setHmac(new byte[] {1}))
            .refusedWith(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED));
  }

  private static List<Specimen> describeTokens() {
    return List.of(
        Specimen.of(
                "all", (version, scene) -> new DescribeDelegationTokenRequestData().setOwners(null))
            .refusedWith(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED));
  }

  private static List<Specimen> describeQuotas() {
    return List.of(
        Specimen.of("all", (version, scene) -> new DescribeClientQuotasRequestData())
            .answering(
                DescribeClientQuotasResponseData.class,
                (version, answer) -> assertThat(answer.entries()).isEmpty()),
        Specimen.of(
                "of a kind that is none",
                (version, scene) ->
                    new DescribeClientQuotasRequestData()
                        .setStrict(true)
                        .setComponents(
                            List.of(new ComponentData().setEntityType("").setMatchType((byte) 2))))
            .refusedWith(Errors.INVALID_REQUEST));
  }

  private static List<Specimen> alterQuotas() {
    return List.of(Specimen.of("nothing", (version, scene) -> new AlterClientQuotasRequestData()));
  }
}
