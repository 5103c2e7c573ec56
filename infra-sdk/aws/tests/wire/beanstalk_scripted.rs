//! Elastic Beanstalk, of which the local cloud has next to nothing: against answers as AWS writes them.

use infra_apply::{Class, Condition, Creation};
use infra_aws::elasticbeanstalk::{
    Application, ApplicationName, ApplicationVersion, ConfigurationTemplate, Environment, EnvironmentTier, MaxCountRule, VersionLabel,
};
use infra_core::{Stack, Tags};
use serde_json::json;

use crate::conformance::inputs;
use crate::scripted::Scripted;

fn signed(token: &str) -> String {
    format!(
        "<ResourceTags><member><Key>infra:token</Key><Value>{token}</Value></member><member><Key>Name</Key><Value>web</Value></member></ResourceTags>"
    )
}

const APPLICATION: &str = "<Applications><member><ApplicationName>shop</ApplicationName><ApplicationArn>arn:shop</ApplicationArn>\
    <Description>old</Description><ResourceLifecycleConfig><ServiceRole>arn:role</ServiceRole><VersionLifecycleConfig><MaxCountRule>\
    <Enabled>true</Enabled><MaxCount>10</MaxCount><DeleteSourceFromS3>false</DeleteSourceFromS3></MaxCountRule></VersionLifecycleConfig>\
    </ResourceLifecycleConfig></member></Applications>";

fn application(stack: &Stack, description: &str, count: i32) {
    drop(Application::new("a").name("shop").description(description).max_count(MaxCountRule::newest(count)).add(stack));
}

#[test]
fn an_application_keeps_the_rest_of_its_lifecycle_when_a_part_changes() {
    let cloud = Scripted::new(&[("DescribeApplications", APPLICATION)]);
    let handler = cloud.handler::<Application>();
    let found = cloud.runtime.block_on(handler.read(&["shop".into()])).unwrap().remove(0);
    assert_eq!((found.id.as_str(), &found.condition), ("shop", &Condition::Ready));
    cloud.runtime.block_on(handler.update("shop", &found.inputs, &inputs(|stack| application(stack, "new", 20)))).unwrap();
    assert!(cloud.asked("UpdateApplication").contains("Description=new"));
    let lifecycle = cloud.asked("UpdateApplicationResourceLifecycle");
    assert!(lifecycle.contains("MaxCountRule.MaxCount=20") && lifecycle.contains("ServiceRole=arn%3Arole"), "{lifecycle}");
}

#[test]
fn an_application_that_exists_is_ones_own_only_with_ones_own_token() {
    let tags = Tags::from([("infra:token".to_owned(), "t".to_owned())]);
    let exists = ("CreateApplication", "!InvalidParameterValue: Application shop already exists.");
    let create = |token: &str| {
        let tagged = signed(token);
        let cloud = Scripted::new(&[exists, ("DescribeApplications", APPLICATION), ("ListTagsForResource", &tagged)]);
        let new = Creation { tags: &tags, token: "t" };
        cloud.runtime.block_on(cloud.handler::<Application>().create(&inputs(|stack| application(stack, "d", 1)), new))
    };
    assert_eq!(create("t").unwrap(), "shop");
    assert_eq!(create("other").unwrap_err().class, Class::Exists);
}

fn version(stack: &Stack) {
    let version = ApplicationVersion::new("v").application(ApplicationName::new("shop")).source_bucket("b").source_key("k.zip");
    drop(version.label(VersionLabel::new("1")).description("first").add(stack));
}

#[test]
fn a_version_is_ready_when_it_is_processed_and_is_gone_when_nobody_knows_it() {
    let of = |status: &str| {
        format!(
            "<ApplicationVersions><member><ApplicationName>shop</ApplicationName><VersionLabel>1</VersionLabel><Description>first</Description>\
             <SourceBundle><S3Bucket>b</S3Bucket><S3Key>k.zip</S3Key></SourceBundle><Status>{status}</Status></member></ApplicationVersions>"
        )
    };
    let (processing, processed, failed) = (of("PROCESSING"), of("PROCESSED"), of("FAILED"));
    let answers = [&processing, &processed, &failed].map(|answer| ("DescribeApplicationVersions", answer.as_str()));
    let cloud = Scripted::new(&answers);
    let handler = cloud.handler::<ApplicationVersion>();
    let read = || cloud.runtime.block_on(handler.read(&["shop|1".into()])).unwrap();
    assert_eq!(read()[0].condition, Condition::Pending("PROCESSING".into()));
    let ready = read().remove(0);
    assert_eq!((ready.condition, ready.outputs.as_object().unwrap()["version_label"].reveal()), (Condition::Ready, json!("1")));
    let want = inputs(version);
    for (name, value) in want.as_object().unwrap() {
        assert_eq!(ready.inputs.as_object().unwrap()[name].reveal(), value.reveal(), "{name}");
    }
    assert_eq!(read()[0].condition, Condition::Failed("FAILED".into()));
    assert!(read().is_empty());
}

#[test]
fn the_versions_of_an_application_are_read_with_one_call_in_pages() {
    let of = |label: &str| {
        format!("<member><ApplicationName>shop</ApplicationName><VersionLabel>{label}</VersionLabel><Status>PROCESSED</Status></member>")
    };
    let page = |label: &str, more: &str| format!("<ApplicationVersions>{}</ApplicationVersions>{more}", of(label));
    let (first, second) = (page("1", "<NextToken>more</NextToken>"), page("2", ""));
    let cloud = Scripted::new(&[
        ("DescribeApplicationVersions", first.as_str()),
        ("DescribeApplicationVersions", second.as_str()),
        ("DescribeApplicationVersions", "!InvalidParameterValue: No Application named 'gone' found."),
    ]);
    let handler = cloud.handler::<ApplicationVersion>();
    let read = |ids: &[&str]| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let found = cloud.runtime.block_on(handler.read(&ids)).unwrap();
        found.into_iter().map(|found| found.id).collect::<Vec<_>>()
    };
    assert_eq!(read(&["shop|1", "shop|2", "shop|3"]), ["shop|1", "shop|2"]);
    let asked = cloud.asked("DescribeApplicationVersions");
    assert!(asked.contains("VersionLabels.member.3=3") && asked.contains("NextToken=more"), "{asked}");
    assert!(read(&["gone|1"]).is_empty());
    assert_eq!(cloud.operations().len(), 3);
}

#[test]
fn a_version_that_is_still_deployed_is_in_use() {
    let refused = "!SourceBundleDeletionFailure: Application version 1 is currently deployed to an environment";
    let cloud = Scripted::new(&[
        ("DeleteApplicationVersion", refused),
        ("DeleteApplicationVersion", "!InvalidParameterValue: No Application Version named '1' found."),
    ]);
    let handler = cloud.handler::<ApplicationVersion>();
    let delete = || cloud.runtime.block_on(handler.delete("shop|1"));
    assert_eq!(delete().unwrap_err().class, Class::InUse);
    delete().expect("gone is success");
    assert!(cloud.asked("DeleteApplicationVersion").contains("DeleteSourceBundle=false"));
}

fn environment(stack: &Stack, version: &str, options: &[(&str, &str)]) {
    let environment = Environment::new("e").application(ApplicationName::new("shop")).name("shop-web").cname_prefix("shop");
    let environment = environment.tier(EnvironmentTier::web()).solution_stack_name("64bit Amazon Linux 2023 running Python 3.12");
    drop(environment.version(VersionLabel::new(version)).options(options.to_vec()).tags([("Name", "web")]).add(stack));
}

fn environments(status: &str) -> String {
    format!(
        "<Environments><member><EnvironmentId>e-1</EnvironmentId><EnvironmentName>shop-web</EnvironmentName><ApplicationName>shop</ApplicationName>\
         <EnvironmentArn>arn:e</EnvironmentArn><VersionLabel>1</VersionLabel><Status>{status}</Status><Health>Green</Health>\
         <CNAME>shop.us-west-2.elasticbeanstalk.com</CNAME><EndpointURL>lb.example</EndpointURL>\
         <SolutionStackName>64bit Amazon Linux 2023 running Python 3.12</SolutionStackName>\
         <Tier><Name>WebServer</Name><Type>Standard</Type><Version>1.0</Version></Tier></member></Environments>"
    )
}

#[test]
fn an_environment_is_launched_with_its_options_and_waited_for() {
    let (launching, ready, gone) = (environments("Launching"), environments("Ready"), environments("Terminated"));
    let tags = signed("t");
    let cloud = Scripted::new(&[
        ("CreateEnvironment", "<EnvironmentId>e-1</EnvironmentId><Status>Launching</Status>"),
        ("DescribeEnvironments", &launching),
        ("DescribeEnvironments", &ready),
        ("DescribeEnvironments", &gone),
        ("ListTagsForResource", &tags),
        ("ListTagsForResource", &tags),
    ]);
    let handler = cloud.handler::<Environment>();
    let want = inputs(|stack| environment(stack, "1", &[("aws:autoscaling:asg/MinSize", "2")]));
    let none = Tags::new();
    let created = handler.create(&want, Creation { tags: &none, token: "t" });
    assert_eq!(cloud.runtime.block_on(created).unwrap(), "e-1");
    let asked = cloud.asked("CreateEnvironment");
    assert!(asked.contains("OptionName=MinSize") && asked.contains("Namespace=aws%3Aautoscaling%3Aasg"), "{asked}");
    let read = || cloud.runtime.block_on(handler.read(&["e-1".into()])).unwrap();
    assert_eq!(read()[0].condition, Condition::Pending("Launching".into()));
    let ready = read().remove(0);
    assert_eq!(ready.condition, Condition::Ready);
    assert_eq!(ready.outputs.as_object().unwrap()["cname"].reveal(), json!("shop.us-west-2.elasticbeanstalk.com"));
    let (have, want) = (ready.inputs.reveal(), want.reveal());
    for name in ["application", "name", "cname_prefix", "solution_stack_name", "version", "tags"] {
        assert_eq!(have[name], want[name], "{name}");
    }
    assert!(read().is_empty(), "one that was terminated is told for an hour, and is gone");
}

#[test]
fn an_environment_gets_another_version_and_an_option_that_is_taken_out_goes_back_to_its_default() {
    let refused = "!InvalidParameterValue: Environment named shop-web is in an invalid state for this operation. Must be Ready.";
    let cloud = Scripted::new(&[("UpdateEnvironment", refused)]);
    let handler = cloud.handler::<Environment>();
    let options = [("aws:autoscaling:asg/MinSize", "2"), ("aws:autoscaling:asg/MaxSize", "4")];
    let have = inputs(|stack| environment(stack, "1", &options));
    let want = inputs(|stack| environment(stack, "2", &options[..1]));
    let change = || cloud.runtime.block_on(handler.update("e-1", &have, &want));
    assert_eq!(change().unwrap_err().class, Class::NotYet);
    change().unwrap();
    let asked = cloud.asked("UpdateEnvironment");
    assert!(asked.contains("VersionLabel=2") && asked.contains("OptionsToRemove.member.1.OptionName=MaxSize"), "{asked}");
    assert!(!asked.contains("TemplateName") && !asked.contains("Tier"), "what does not change is not sent: {asked}");
}

#[test]
fn a_configuration_template_is_gone_when_nobody_knows_it() {
    let found = "<ConfigurationSettings><member><ApplicationName>shop</ApplicationName><TemplateName>small</TemplateName>\
                 <SolutionStackName>s</SolutionStackName><Description>d</Description></member></ConfigurationSettings>";
    let gone = "!InvalidParameterValue: No Configuration Template named 'shop/small' found.";
    let cloud = Scripted::new(&[("DescribeConfigurationSettings", found), ("DescribeConfigurationSettings", gone)]);
    let handler = cloud.handler::<ConfigurationTemplate>();
    let read = || cloud.runtime.block_on(handler.read(&["shop|small".into()])).unwrap();
    let there = read().remove(0);
    assert_eq!(there.outputs.as_object().unwrap()["template_name"].reveal(), json!("small"));
    assert!(read().is_empty());
    let template = |description: &'static str, size: &'static str| {
        inputs(move |stack| {
            let template = ConfigurationTemplate::new("t").application(ApplicationName::new("shop")).solution_stack_name("s");
            drop(template.description(description).options([("aws:autoscaling:asg/MinSize", size)]).add(stack));
        })
    };
    cloud.runtime.block_on(handler.update("shop|small", &template("d", "1"), &template("d", "2"))).unwrap();
    let asked = cloud.asked("UpdateConfigurationTemplate");
    assert!(asked.contains("OptionSettings.member.1.Value=2"), "{asked}");
}
