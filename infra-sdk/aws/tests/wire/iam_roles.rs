//! Roles, what they may do, and what carries them.

use infra_aws::iam::{
    InstanceProfile, ManagedPolicy, ManagedPolicyArn, PolicyDocument, Principal, Role, RoleName, RolePolicy, RolePolicyAttachment,
};
use serde_json::json;

use crate::conformance::{change, live_through, make};
use crate::wire;

const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const SSM: &str = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";

#[test]
fn a_role_lives_and_all_that_is_not_its_name_changes_in_place() {
    let trust = PolicyDocument::new()
        .allow(["sts:AssumeRole", "sts:TagSession"])
        .by(Principal::service("ec2.amazonaws.com"))
        .by(Principal::account("123456789012"))
        .when("StringEquals", "aws:PrincipalOrgID", ["o-1"])
        .sid("Trust");
    let role = make::<Role>(|stack| {
        Role::new("web")
            .name("wire-web")
            .trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com"))
            .description("first")
            .managed_policies([READ_ONLY])
            .max_session_duration(3600)
            .path("/wire/")
            .permissions_boundary(READ_ONLY)
            .tags([("Name", "web"), ("Old", "1")])
            .add(stack);
    });
    change(&role, |stack| {
        Role::new("web")
            .name("wire-web")
            .trust_policy(&trust)
            .description("second, with \"quotes\" & such")
            .managed_policies([SSM])
            .max_session_duration(7200)
            .path("/wire/")
            .permissions_boundary(SSM)
            .tags([("Name", "other"), ("New", "2")])
            .add(stack);
    });
    assert_eq!(role.output("arn"), "arn:aws:iam::123456789012:role/wire/wire-web");
    change(&role, |stack| {
        let role = Role::new("web").name("wire-web").trust_policy(&trust).path("/wire/");
        drop(role.permissions_boundary("").managed_policies(Vec::<ManagedPolicyArn>::new()).add(stack));
    });
    role.delete();
}

#[test]
fn a_trust_policy_of_plain_json_is_taken_and_a_list_of_one_is_its_item() {
    let trust = |service: &str| json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}});
    live_through::<Role>(
        |stack| drop(Role::new("json").name("wire-json").trust_policy(trust("ec2.amazonaws.com")).add(stack)),
        |stack| drop(Role::new("json").name("wire-json").trust_policy(trust("ecs.amazonaws.com")).add(stack)),
    );
}

#[test]
fn an_inline_policy_lives_in_its_role() {
    let role = make::<Role>(|stack| {
        drop(Role::new("r").name("wire-inline").trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack));
    });
    let policy = || RolePolicy::new("p").role(RoleName::new(&role.id)).name("read");
    let document = |action: &str| {
        PolicyDocument::new().allow([action]).on(["arn:aws:s3:::a b/*"]).when("StringLike", "s3:prefix", ["${aws:username}/*"])
    };
    live_through::<RolePolicy>(
        |stack| drop(policy().document(document("s3:GetObject")).add(stack)),
        |stack| drop(policy().document(document("s3:PutObject")).add(stack)),
    );
    role.delete();
}

#[test]
fn a_managed_policy_changes_more_often_than_aws_keeps_versions_and_is_attached() {
    let policy = |action: &str| {
        ManagedPolicy::new("p")
            .name("wire-managed")
            .path("/wire/")
            .description("what it is for")
            .document(PolicyDocument::new().allow([action]).on(["*"]))
    };
    let made = make::<ManagedPolicy>(|stack| drop(policy("s3:Get0").tags([("Old", "1")]).add(stack)));
    for round in 1..8 {
        change(&made, |stack| drop(policy(&format!("s3:Get{round}")).tags([("Round", round.to_string())]).add(stack)));
    }
    let role = make::<Role>(|stack| {
        drop(Role::new("r").name("wire-attached").trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack));
    });
    for policy in [ManagedPolicyArn::new(READ_ONLY), ManagedPolicyArn::new(&made.id)] {
        let attachment = make::<RolePolicyAttachment>(|stack| {
            drop(RolePolicyAttachment::new("a").role(RoleName::new(&role.id)).policy(&policy).add(stack));
        });
        assert_eq!(attachment.id, format!("wire-attached|{policy}"));
        attachment.delete();
    }
    role.delete();
    made.delete();
}

#[test]
fn a_managed_policy_names_all_that_have_it_and_goes_with_them_attached() {
    let iam = aws_sdk_iam::Client::new(&wire().sdk);
    wire().runtime.block_on(async {
        iam.create_user().user_name("wire-listed").send().await.unwrap();
        iam.create_group().group_name("wire-listed").send().await.unwrap();
    });
    let role = make::<Role>(|stack| {
        drop(Role::new("r").name("wire-listed").trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack));
    });
    let policy = || ManagedPolicy::new("p").name("wire-listed").document(PolicyDocument::new().allow(["s3:Get*"]).on(["*"]));
    let made = make::<ManagedPolicy>(|stack| drop(policy().roles([RoleName::new(&role.id)]).users(["wire-listed"]).add(stack)));
    let attached = role.read().inputs.as_object().unwrap()["managed_policies"].clone();
    assert_eq!(attached.reveal(), json!([made.id]));
    change(&made, |stack| drop(policy().roles(Vec::<RoleName>::new()).groups(["wire-listed"]).add(stack)));
    assert_eq!(role.read().inputs.as_object().unwrap()["managed_policies"].reveal(), json!([]));
    made.delete();
    role.delete();
    // Of one without lists, others say who has it.
    let other = make::<ManagedPolicy>(|stack| drop(policy().add(stack)));
    let user = || iam.attach_user_policy().user_name("wire-listed").policy_arn(&other.id);
    wire().runtime.block_on(user().send()).unwrap();
    assert!(other.read().inputs.as_object().unwrap().get("users").is_none());
    let off = iam.detach_user_policy().user_name("wire-listed").policy_arn(&other.id);
    wire().runtime.block_on(off.send()).unwrap();
    other.delete();
}

#[test]
fn an_instance_profile_changes_its_role_and_goes_while_it_holds_one() {
    let role = |name: &'static str| {
        make::<Role>(move |stack| {
            drop(Role::new("r").name(name).trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack));
        })
    };
    let (first, second) = (role("wire-profile-1"), role("wire-profile-2"));
    let profile = |role: &str| InstanceProfile::new("p").name("wire-profile").path("/wire/").role(RoleName::new(role));
    let made = make::<InstanceProfile>(|stack| drop(profile(&first.id).tags([("Old", "1")]).add(stack)));
    change(&made, |stack| drop(profile(&second.id).tags([("New", "2")]).add(stack)));
    assert_eq!(made.output("arn"), "arn:aws:iam::123456789012:instance-profile/wire/wire-profile");
    made.delete();
    first.delete();
    second.delete();
}
