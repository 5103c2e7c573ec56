//! What a local cloud has, by its own listings: of each service that the tests' stacks use, with and without tags.

use std::collections::BTreeMap;

/// The services' listings: service, version of its protocol, operation with what is alive, and what each thing has once. Volumes are
/// left out: the local cloud keeps the root volumes of machines that have ended, unless it was told otherwise.
const LISTS: [(&str, &str, &str, &str); 25] = [
    ("ec2", "2016-11-15", "DescribeVpcs", "<vpcId>"),
    ("ec2", "2016-11-15", "DescribeSubnets", "<subnetId>"),
    ("ec2", "2016-11-15", "DescribeInternetGateways", "<internetGatewayId>"),
    ("ec2", "2016-11-15", "DescribeRouteTables", "<routeTableId>"),
    ("ec2", "2016-11-15", "DescribeRouteTables", "<destinationCidrBlock>"),
    ("ec2", "2016-11-15", "DescribeRouteTables", "<routeTableAssociationId>"),
    ("ec2", "2016-11-15", "DescribeSecurityGroups", "<groupName>"),
    ("ec2", "2016-11-15", "DescribeSecurityGroupRules", "<securityGroupRuleId>"),
    ("ec2", "2016-11-15", "DescribeAddresses", "<allocationId>"),
    ("ec2", "2016-11-15", "DescribeLaunchTemplates", "<launchTemplateId>"),
    ("ec2", "2016-11-15", "DescribeKeyPairs", "<keyPairId>"),
    (
        "ec2",
        "2016-11-15",
        "DescribeInstances&Filter.1.Name=instance-state-name&Filter.1.Value.1=pending&Filter.1.Value.2=running&Filter.1.Value.3=stopped",
        "<amiLaunchIndex>",
    ),
    ("ec2", "2016-11-15", "DescribeNatGateways&Filter.1.Name=state&Filter.1.Value.1=available&Filter.1.Value.2=pending", "<natGatewayId>"),
    ("autoscaling", "2011-01-01", "DescribeAutoScalingGroups", "<AutoScalingGroupARN>"),
    ("autoscaling", "2011-01-01", "DescribeLaunchConfigurations", "<LaunchConfigurationARN>"),
    ("autoscaling", "2011-01-01", "DescribePolicies", "<PolicyARN>"),
    ("autoscaling", "2011-01-01", "DescribeLifecycleHooks", "<LifecycleHookName>"),
    ("elasticloadbalancing", "2012-06-01", "DescribeLoadBalancers", "<LoadBalancerName>"),
    ("elasticloadbalancing", "2015-12-01", "DescribeLoadBalancers", "<LoadBalancerArn>"),
    ("elasticloadbalancing", "2015-12-01", "DescribeTargetGroups", "<TargetGroupArn>"),
    ("monitoring", "2010-08-01", "DescribeAlarms", "<AlarmArn>"),
    ("iam", "2010-05-08", "ListRoles", "<RoleId>"),
    ("iam", "2010-05-08", "ListInstanceProfiles", "<InstanceProfileId>"),
    ("iam", "2010-05-08", "ListPolicies&Scope=Local", "<PolicyId>"),
    ("iam", "2010-05-08", "ListUsers", "<UserId>"),
];

/// How many of each there are: of each sort, and of each resource that a tag names, by sort.
pub type Census = BTreeMap<String, usize>;

/// Counts what a cloud has. Two clouds with the same things have the same census, whatever their ids.
pub fn census(endpoint: &str) -> Census {
    let mut census = Census::new();
    for (service, version, action, mark) in LISTS {
        let answer = ask(endpoint, service, &format!("Version={version}&Action={action}"));
        let sort = format!("{service} {}", mark.trim_matches(['<', '>']));
        let there = answer.matches(mark).count();
        if there > 0 {
            census.insert(sort.clone(), there);
        }
        for resource in tagged(&answer) {
            *census.entry(format!("{sort} of {resource}")).or_insert(0) += 1;
        }
    }
    census
}

/// What the tags of an answer name.
fn tagged(answer: &str) -> impl Iterator<Item = String> + '_ {
    let keys = ["<key>infra:resource</key>", "<Key>infra:resource</Key>"];
    keys.into_iter().flat_map(move |key| answer.split(key).skip(1)).filter_map(|after| {
        let value = after.trim_start().get("<value>".len()..)?;
        Some(value.split('<').next().unwrap_or_default().to_owned())
    })
}

/// What a service answers.
pub fn ask(endpoint: &str, service: &str, form: &str) -> String {
    let answer = ureq::post(endpoint)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Authorization", signed(service))
        .send(form)
        .unwrap_or_else(|error| panic!("{service} {form}: {error}"));
    answer.into_body().read_to_string().unwrap()
}

/// A signature that the local cloud takes a call's service and region from, and does not check.
pub fn signed(service: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/{service}/aws4_request, SignedHeaders=host, Signature=0")
}

/// What one census has and another has not, for people.
pub fn difference(found: &Census, expected: &Census) -> String {
    let keys: std::collections::BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let count = |census: &Census, key: &String| census.get(key).copied().unwrap_or_default();
    let lines = keys.into_iter().filter(|key| count(found, key) != count(expected, key));
    lines.map(|key| format!("{key}: {} instead of {}\n", count(found, key), count(expected, key))).collect()
}
