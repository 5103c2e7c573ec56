"""Where moto answers wrongly and says nothing: each correction makes it answer as AWS does.

Only what would mislead a deploy is here: another's resource found, a resource overwritten, one
that is said to be gone and is not. What moto refuses or has not got is seen, and is left as it
is. A service is corrected when its first call comes, as importing it takes a second.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any


def correct(service: str) -> None:
    """Put one service right. `service` is moto's name for it."""
    for correction in CORRECTIONS.get(service, []):
        correction()


def nat_gateways() -> None:
    """Filtering by tag found every NAT gateway; an unknown id was no error, or broke moto; a deleted
    one kept its address, so that no other could have it."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models.nat_gateways import NatGatewayBackend
    from moto.ec2.utils import generic_filter

    def refuse_unknown(backend: Any, ids: list[str]) -> None:
        unknown = [id for id in ids if id not in backend.nat_gateways]
        if unknown:
            raise EC2ClientError(
                "NatGatewayNotFound", f"The Nat Gateway {unknown[0]} was not found"
            )

    def describe(original: Any, self: Any, filters: Any, nat_gateway_ids: Any) -> Any:
        refuse_unknown(self, nat_gateway_ids or [])
        by_tag = {
            name: values for name, values in (filters or {}).items() if name.startswith("tag")
        }
        return generic_filter(by_tag, original(self, filters, nat_gateway_ids))

    def delete(original: Any, self: Any, nat_gateway_id: str) -> Any:
        refuse_unknown(self, [nat_gateway_id])
        for address in self.nat_gateways[nat_gateway_id].address_set:
            if address.get("associationId"):
                self.disassociate_address(association_id=address["associationId"])
        return original(self, nat_gateway_id)

    around(NatGatewayBackend, "describe_nat_gateways", describe)
    around(NatGatewayBackend, "delete_nat_gateway", delete)


def key_pairs() -> None:
    """Key pairs named by id: all were described, and none was deleted."""
    from moto.ec2.exceptions import InvalidKeyPairNameError
    from moto.ec2.responses.key_pairs import KeyPairs

    def names(self: Any, ids: list[str]) -> list[str]:
        found = {pair.id: pair.key_name for pair in self.ec2_backend.key_pairs.values()}
        unknown = [id for id in ids if id not in found]
        if unknown:
            raise InvalidKeyPairNameError(unknown[0])
        return [found[id] for id in ids]

    def describe(original: Any, self: Any) -> Any:
        ids = self.params.get("KeyPairIds")
        if ids:
            self.params["KeyNames"] = names(self, ids)
        return original(self)

    def delete(original: Any, self: Any) -> Any:
        id = self.params.get("KeyPairId")
        if id and not self.params.get("KeyName"):
            self.params["KeyName"] = names(self, [id])[0]
        return original(self)

    around(KeyPairs, "describe_key_pairs", describe)
    around(KeyPairs, "delete_key_pair", delete)


def user_data() -> None:
    """Changed user data had to be encoded twice."""
    from moto.core.types import Base64EncodedString
    from moto.ec2.responses import instances

    def parse(original: Any, value: Any) -> Any:
        if isinstance(value, bytes):
            # The request's parser has decoded it, as its type says blob.
            return Base64EncodedString.from_raw_bytes(value)
        return original(value)

    around(instances, "parse_user_data", parse)


def scaling_policies() -> None:
    """A new policy's ARN was left out of the answer, and alarms are made from it."""
    from moto.autoscaling.responses import AutoScalingResponse
    from moto.core.responses import ActionResult

    def put(original: Any, self: Any) -> Any:
        result = original(self).result
        return ActionResult({**result, "PolicyARN": result["PolicyArn"]})

    around(AutoScalingResponse, "put_scaling_policy", put)


def duplicates() -> None:
    """A second group or launch configuration of one name took the first one's place."""
    from moto.autoscaling.exceptions import AutoscalingClientError
    from moto.autoscaling.models import AutoScalingBackend

    def refuse(kind: str, table: str) -> Callable[..., Any]:
        def create(original: Any, self: Any, **wanted: Any) -> Any:
            if wanted["name"] in getattr(self, table):
                raise AutoscalingClientError(
                    "AlreadyExists",
                    f"{kind} by this name already exists - A {kind.lower()} already exists "
                    f"with the name {wanted['name']}",
                )
            return original(self, **wanted)

        return create

    around(
        AutoScalingBackend,
        "create_auto_scaling_group",
        refuse("AutoScalingGroup", "autoscaling_groups"),
    )
    around(
        AutoScalingBackend,
        "create_launch_configuration",
        refuse("Launch Configuration", "launch_configurations"),
    )


def alarm_tags() -> None:
    """A deleted alarm left its tags to the next one of its name."""
    from moto.cloudwatch.models import CloudWatchBackend

    def delete(original: Any, self: Any, alarm_names: list[str]) -> Any:
        for name in alarm_names:
            if name in self.alarms:
                self.tagger.delete_all_tags_for_resource(self.alarms[name].alarm_arn)
        return original(self, alarm_names)

    around(CloudWatchBackend, "delete_alarms", delete)


def conditional_writes() -> None:
    """Between the look at a condition and the write another write came in, once in some thousand times:
    two writers of one object both succeeded."""
    from threading import RLock

    from moto.s3.responses import S3Response

    one_at_a_time = RLock()

    def alone(original: Any, self: Any) -> Any:
        with one_at_a_time:
            return original(self)

    around(S3Response, "put_object", alone)
    around(S3Response, "delete_object", alone)


def container_services() -> None:
    """A service forgot most of what it was told when it was made, and had no tasks, so that it was
    never steady; and a change of its task definition was not one of its deployment."""
    from moto.ecs.responses import EC2ContainerServiceResponse

    forgotten = {
        "availabilityZoneRebalancing": "availability_zone_rebalancing",
        "capacityProviderStrategy": "capacity_provider_strategy",
        "deploymentConfiguration": "deployment_configuration",
        "enableECSManagedTags": "enable_ecs_managed_tags",
        "enableExecuteCommand": "enable_execute_command",
        "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
        "placementConstraints": "placement_constraints",
        "placementStrategy": "placement_strategy",
    }

    def remember(original: Any, self: Any) -> Any:
        answer = original(self)
        service = answer.result["service"]
        for parameter, attribute in forgotten.items():
            value = self._get_param(parameter)
            if value is not None:
                setattr(service, attribute, value)
        service.running_count, service.pending_count = service.desired_count, 0
        for deployment in service.deployments[:1]:
            deployment.update(
                desiredCount=service.desired_count,
                pendingCount=0,
                rolloutState="COMPLETED",
                runningCount=service.desired_count,
                taskDefinition=service.task_definition,
            )
        return answer

    around(EC2ContainerServiceResponse, "create_service", remember)
    around(EC2ContainerServiceResponse, "update_service", remember)


def buckets() -> None:
    """A new bucket's tags were dropped, and it was without what AWS protects all buckets with. Of some
    settings half was forgotten, or all: those are kept as they were sent and told so. Where moto knew
    nothing of a setting, sending it made a bucket. To look for a bucket or an object that is not
    there was a fault."""
    from xml.etree import ElementTree

    from moto.s3.responses import S3Response

    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    root = "ServerSideEncryptionConfiguration"
    default = "ApplyServerSideEncryptionByDefault"
    encrypted = (
        f'<{root} xmlns="{namespace}"><Rule><{default}><SSEAlgorithm>AES256</SSEAlgorithm>'
        f"</{default}><BucketKeyEnabled>false</BucketKeyEnabled></Rule></{root}>"
    )
    protection = [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ]
    # By the word in the query; what lists those that have ids of their own.
    forgotten = {"encryption", "lifecycle", "logging", "notification", "replication", "website"}
    unknown = {"abac", "metrics", "intelligent-tiering"}
    lists = {
        "metrics": "ListMetricsConfigurationsResult",
        "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
    }

    def setting(query: dict[str, Any]) -> str | None:
        return next((word for word in forgotten | unknown if word in query), None)

    def kept(self: Any, bucket_name: str) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
        bucket = self.backend.get_bucket(bucket_name)
        if not hasattr(bucket, "kept"):
            bucket.kept = {}
        return bucket.kept  # type: ignore[no-any-return]

    def key(word: str, query: dict[str, Any]) -> tuple[str, str]:
        return word, query.get("id", [""])[0]

    def put(original: Any, self: Any, request: Any, bucket_name: str, query: Any) -> Any:
        word = setting(query)
        if word is None:
            answer = original(self, request, bucket_name, query)
            if set(query) <= {"x-id"}:
                finish_new_bucket(self, bucket_name)
            return answer
        if word in forgotten:
            answer = original(self, request, bucket_name, query)
        else:
            answer = 200, {}, ""
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() == "x-amz-transition-default-minimum-object-size"
        }
        kept(self, bucket_name)[key(word, query)] = self.body.decode(), headers
        return answer

    def get(original: Any, self: Any, bucket_name: str, query: Any) -> Any:
        word = setting(query)
        if word is None:
            return original(self, bucket_name, query)
        all_kept = kept(self, bucket_name)
        if word in lists and "id" not in query:
            inside = "".join(body for (of, _), (body, _) in sorted(all_kept.items()) if of == word)
            return 200, {}, f'<{lists[word]} xmlns="{namespace}">{inside}</{lists[word]}>'
        if key(word, query) in all_kept:
            body, headers = all_kept[key(word, query)]
            return 200, headers, body
        if word == "encryption":
            return 200, {}, encrypted
        if word == "abac":
            status = "<Status>Disabled</Status>"
            return 200, {}, f'<AbacStatus xmlns="{namespace}">{status}</AbacStatus>'
        return original(self, bucket_name, query)

    def delete(original: Any, self: Any, bucket_name: str, query: Any) -> Any:
        word = setting(query)
        if word is not None:
            kept(self, bucket_name).pop(key(word, query), None)
        if word in unknown:
            return 204, {}, ""
        return original(self, bucket_name, query)

    def finish_new_bucket(self: Any, bucket_name: str) -> None:
        bucket = self.backend.get_bucket(bucket_name)
        bucket.ownership_rule = bucket.ownership_rule or "BucketOwnerEnforced"
        if not bucket.public_access_block:
            self.backend.put_public_access_block(bucket_name, dict.fromkeys(protection, "true"))
        if not self.body:
            return
        tags = ElementTree.fromstring(self.body).iter(f"{{{namespace}}}Tag")
        named = {tag[0].text or "": tag[1].text or "" for tag in tags}
        if named:
            self.backend.put_bucket_tagging(bucket_name, named)

    def head(original: Any, self: Any, *rest: Any, **named: Any) -> Any:
        status, headers, body = original(self, *rest, **named)
        # Without a type it is said to be a page, as is what no service has.
        typed = {"content-type": "application/xml"} if status == 404 else {}
        return status, {**typed, **headers}, body

    around(S3Response, "head_bucket", head)
    around(S3Response, "head_object", head)
    around(S3Response, "_bucket_response_put", put)
    around(S3Response, "_bucket_response_get", get)
    around(S3Response, "_bucket_response_delete", delete)


def deleted_secrets() -> None:
    """A secret that can still be brought back was said to exist when another of its name was made."""
    from moto.secretsmanager.exceptions import InvalidRequestException
    from moto.secretsmanager.models import SecretsManagerBackend

    def create(original: Any, self: Any, name: str, *rest: Any, **named: Any) -> Any:
        if name in self.secrets and self.secrets[name].is_deleted():
            raise InvalidRequestException(
                "You can't create this secret because a secret with this name is already "
                "scheduled for deletion."
            )
        return original(self, name, *rest, **named)

    around(SecretsManagerBackend, "create_secret", create)


def roots() -> None:
    """Answers were wrapped in the operation's name, which S3 never does: SDKs that look refuse them."""
    from moto.core.serialize import S3Serializer

    wrappers = {
        "CompleteMultipartUpload": "CompleteMultipartUploadResult",
        "CreateMultipartUpload": "InitiateMultipartUploadResult",
        "DeleteObjects": "DeleteResult",
        "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
        "GetBucketAcl": "AccessControlPolicy",
        "GetBucketCors": "CORSConfiguration",
        "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
        "GetBucketLogging": "BucketLoggingStatus",
        "GetBucketNotification": "NotificationConfiguration",
        "GetBucketNotificationConfiguration": "NotificationConfiguration",
        "GetBucketTagging": "Tagging",
        "GetBucketVersioning": "VersioningConfiguration",
        "GetBucketWebsite": "WebsiteConfiguration",
        "GetObjectAcl": "AccessControlPolicy",
        "GetObjectTagging": "Tagging",
        "ListBuckets": "ListAllMyBucketsResult",
        "ListMultipartUploads": "ListMultipartUploadsResult",
        "ListObjectVersions": "ListVersionsResult",
        "ListObjects": "ListBucketResult",
        "ListObjectsV2": "ListBucketResult",
        "ListParts": "ListPartsResult",
    }
    named = {f"{operation}Response": name for operation, name in wrappers.items()}

    def serialize(original: Any, self: Any, body: Any) -> Any:
        return original(self, {named.get(name, name): inside for name, inside in body.items()})

    around(S3Serializer, "_serialize_body", serialize)


def contributor_insights() -> None:
    """Not known at all, and every look at a table asks."""
    from moto.core.responses import ActionResult
    from moto.dynamodb.responses import DynamoHandler

    def describe(self: Any) -> ActionResult:
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        mode = getattr(table, "contributor_insights", None)
        status = "ENABLED" if mode else "DISABLED"
        result = {"TableName": table.name, "ContributorInsightsStatus": status}
        return ActionResult({**result, **({"ContributorInsightsMode": mode} if mode else {})})

    def update(self: Any) -> ActionResult:
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        enable = self.body["ContributorInsightsAction"] == "ENABLE"
        mode = self.body.get("ContributorInsightsMode", "ACCESSED_AND_THROTTLED_KEYS")
        table.contributor_insights = mode if enable else None
        return describe(self)

    DynamoHandler.describe_contributor_insights = describe
    DynamoHandler.update_contributor_insights = update


def database_subnets() -> None:
    """Changing a group of subnets deleted it."""
    from moto.rds.models import RDSBackend

    def modify(original: Any, self: Any, subnet_name: str, *args: Any, **kwargs: Any) -> Any:
        group = original(self, subnet_name, *args, **kwargs)
        self.subnet_groups[subnet_name] = group
        return group

    around(RDSBackend, "modify_db_subnet_group", modify)


def compute_resources() -> None:
    """A compute environment's resources stayed as they were, whatever a change said."""
    from moto.batch.models import BatchBackend

    def update(
        original: Any, self: Any, compute_environment_name: str, *args: Any, **kwargs: Any
    ) -> Any:
        answer = original(self, compute_environment_name, *args, **kwargs)
        changed = kwargs.get("compute_resources")
        if changed:
            environment = self.get_compute_environment(compute_environment_name)
            environment.compute_resources.update(changed)
        return answer

    around(BatchBackend, "update_compute_environment", update)


def image_scanning() -> None:
    """Scanning could be turned on and never off: what is left out of a configuration is off."""
    from moto.ecr.models import ECRBackend

    def put(original: Any, self: Any, **wanted: Any) -> Any:
        wanted["image_scan_config"] = wanted.get("image_scan_config") or {"scanOnPush": False}
        return original(self, **wanted)

    around(ECRBackend, "put_image_scanning_configuration", put)


def query_logging() -> None:
    """No zone was found by its id, and every zone had the logging of all."""
    from moto.route53.models import Route53Backend

    def configs(original: Any, self: Any, hosted_zone_id: str | None = None, **page: Any) -> Any:
        found, token = original(self, hosted_zone_id=None, **page)
        if hosted_zone_id:
            self.get_hosted_zone(hosted_zone_id)
            found = [config for config in found if config.hosted_zone_id == hosted_zone_id]
        return found, token

    around(Route53Backend, "list_query_logging_configs", configs)


def scalable_targets() -> None:
    """What was not there was called a wrong input."""
    from moto.applicationautoscaling.exceptions import AWSValidationException
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
    from moto.core.exceptions import JsonRESTError

    def end(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        except AWSValidationException as error:
            raise JsonRESTError("ObjectNotFoundException", error.message) from error

    around(ApplicationAutoscalingBackend, "deregister_scalable_target", end)
    around(ApplicationAutoscalingBackend, "delete_scaling_policy", end)


def function_logs() -> None:
    """A function forgot where its log is and how it is written."""
    from moto.awslambda.models import LambdaFunction

    def remember(self: Any, spec: dict[str, Any]) -> None:
        said = spec.get("LoggingConfig")
        if said:
            self.infra_logging = {**getattr(self, "infra_logging", {}), **said}

    def make(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        remember(self, kwargs["spec"] if "spec" in kwargs else args[1])

    def change(original: Any, self: Any, config_updates: dict[str, Any]) -> Any:
        remember(self, config_updates)
        return original(self, config_updates)

    def tell(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        default = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
        logging = {**default, **getattr(self, "infra_logging", {})}
        return {**original(self, *args, **kwargs), "LoggingConfig": logging}

    around(LambdaFunction, "__init__", make)
    around(LambdaFunction, "update_configuration", change)
    around(LambdaFunction, "get_configuration", tell)


def around(holder: Any, name: str, replacement: Callable[..., Any]) -> None:
    """Have `replacement` called in place of `holder.name`, with the original before the rest."""
    original = getattr(holder, name)

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    setattr(holder, name, call)


CORRECTIONS = {
    "ec2": [nat_gateways, key_pairs, user_data],
    "applicationautoscaling": [scalable_targets],
    "autoscaling": [scaling_policies, duplicates],
    "awslambda": [function_logs],
    "batch": [compute_resources],
    "cloudwatch": [alarm_tags],
    "dynamodb": [contributor_insights],
    "ecr": [image_scanning],
    "ecs": [container_services],
    "rds": [database_subnets],
    "route53": [query_logging],
    "s3": [roots, buckets, conditional_writes],
    "secretsmanager": [deleted_secrets],
}
