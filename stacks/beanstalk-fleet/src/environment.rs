//! The same fleet by Elastic Beanstalk: an application, its version, and an environment with the trigger as options.

use infra_sdk::aws::elasticbeanstalk::{Application, ApplicationVersion, Environment, EnvironmentTier, VersionLabel};
use infra_sdk::aws::iam::{InstanceProfile, PolicyDocument, Role, RolePolicyAttachment};
use infra_sdk::prelude::*;

use crate::config::Config;
use crate::network::Network;

/// The environment, and what it must have before it.
pub(crate) fn environment(stack: &Stack, config: &Config, network: &Network) {
    let servers = Role::new("servers").trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack);
    let service = Role::new("service").trust_policy(PolicyDocument::trust_service("elasticbeanstalk.amazonaws.com")).add(stack);
    let managed = [
        ("web-tier", &servers, "arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier"),
        ("health", &service, "arn:aws:iam::aws:policy/service-role/AWSElasticBeanstalkEnhancedHealth"),
        ("updates", &service, "arn:aws:iam::aws:policy/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy"),
    ];
    let attached = managed.map(|(name, role, policy)| RolePolicyAttachment::new(name).role(role).policy(policy).add(stack));
    let profile = InstanceProfile::new("servers").role(&servers).add(stack);

    let application = Application::new("app").add(stack);
    let version = config.platform.program.as_ref().map(|program| {
        ApplicationVersion::new("app")
            .application(&application)
            .source_bucket(&program.bucket)
            .source_key(&program.key)
            .label(VersionLabel::new(&program.version))
            .add(stack)
    });
    let subnets = || ops::join::<String>(",", network.subnets.iter().map(|subnet| output!("{}", subnet.id())).collect::<Vec<_>>());
    let on_off = |detailed: bool| if detailed { "1 minute" } else { "5 minute" };
    let trigger = &config.trigger;
    let text = |value: &str| output!("{}", value.to_owned());
    let number = |value: f64| output!("{}", value.to_string());
    let options = [
        ("aws:elasticbeanstalk:environment/EnvironmentType", text("LoadBalanced")),
        ("aws:elasticbeanstalk:environment/LoadBalancerType", text("application")),
        ("aws:elasticbeanstalk:environment/ServiceRole", output!("{}", service.id())),
        ("aws:ec2:vpc/VPCId", output!("{}", network.vpc.id())),
        ("aws:ec2:vpc/Subnets", subnets()),
        ("aws:ec2:vpc/ELBSubnets", subnets()),
        ("aws:ec2:vpc/AssociatePublicIpAddress", text("true")),
        ("aws:autoscaling:launchconfiguration/IamInstanceProfile", output!("{}", profile.id())),
        ("aws:autoscaling:launchconfiguration/MonitoringInterval", text(on_off(trigger.detailed))),
        ("aws:autoscaling:launchconfiguration/DisableIMDSv1", text("true")),
        ("aws:ec2:instances/InstanceTypes", text(&config.instance_type)),
        ("aws:autoscaling:asg/MinSize", number(trigger.min.into())),
        ("aws:autoscaling:asg/MaxSize", number(trigger.max.into())),
        ("aws:autoscaling:asg/Cooldown", number(trigger.cooldown.into())),
        ("aws:autoscaling:trigger/MeasureName", text("CPUUtilization")),
        ("aws:autoscaling:trigger/Statistic", text("Average")),
        ("aws:autoscaling:trigger/Unit", text("Percent")),
        ("aws:autoscaling:trigger/UpperThreshold", number(trigger.upper)),
        ("aws:autoscaling:trigger/LowerThreshold", number(trigger.lower)),
        ("aws:autoscaling:trigger/UpperBreachScaleIncrement", number(trigger.increment.into())),
        ("aws:autoscaling:trigger/LowerBreachScaleIncrement", number((-trigger.decrement).into())),
        ("aws:autoscaling:trigger/Period", number((trigger.period / 60).into())),
        ("aws:autoscaling:trigger/BreachDuration", number((trigger.period / 60).into())),
        ("aws:autoscaling:trigger/EvaluationPeriods", text("1")),
    ];
    let environment = Environment::new("app")
        .application(&application)
        .tier(EnvironmentTier::web())
        .solution_stack_name(&config.platform.solution_stack)
        .maybe_version(version.as_ref().map(ApplicationVersion::version_label))
        .options(options);
    let environment = attached.iter().fold(environment, |environment, policy| environment.depends_on(policy)).add(stack);
    stack.export("url", output!("http://{}/", environment.cname()));
}
