//! A key.

use infra_core::{Expr, Input, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use crate::iam::PolicyDocument;

choices! {
    /// What a key is for.
    pub enum KeyUsage {
        /// To encrypt.
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        /// To sign.
        SignVerify = "SIGN_VERIFY",
        /// To make and check authentication codes.
        GenerateVerifyMac = "GENERATE_VERIFY_MAC",
        /// To agree on a secret with somebody else.
        KeyAgreement = "KEY_AGREEMENT",
        /// To wrap a secret for somebody else.
        EncapsulateDecapsulate = "ENCAPSULATE_DECAPSULATE",
    }
}

choices! {
    /// The kind of a key's material.
    pub enum KeySpec {
        /// AES of 256 bits.
        SymmetricDefault = "SYMMETRIC_DEFAULT",
        /// RSA of 2048 bits.
        Rsa2048 = "RSA_2048",
        /// RSA of 3072 bits.
        Rsa3072 = "RSA_3072",
        /// RSA of 4096 bits.
        Rsa4096 = "RSA_4096",
        /// The curve P-256.
        EccNistP256 = "ECC_NIST_P256",
        /// The curve P-384.
        EccNistP384 = "ECC_NIST_P384",
        /// The curve P-521.
        EccNistP521 = "ECC_NIST_P521",
        /// The curve Ed25519.
        EccNistEdwards25519 = "ECC_NIST_EDWARDS25519",
        /// The curve secp256k1.
        EccSecgP256K1 = "ECC_SECG_P256K1",
        /// An authentication code of 224 bits.
        Hmac224 = "HMAC_224",
        /// An authentication code of 256 bits.
        Hmac256 = "HMAC_256",
        /// An authentication code of 384 bits.
        Hmac384 = "HMAC_384",
        /// An authentication code of 512 bits.
        Hmac512 = "HMAC_512",
        /// Signatures against quantum computers, of the least strength.
        MlDsa44 = "ML_DSA_44",
        /// Signatures against quantum computers.
        MlDsa65 = "ML_DSA_65",
        /// Signatures against quantum computers, of the most strength.
        MlDsa87 = "ML_DSA_87",
        /// Wrapping against quantum computers, of the least strength.
        MlKem512 = "ML_KEM_512",
        /// Wrapping against quantum computers.
        MlKem768 = "ML_KEM_768",
        /// Wrapping against quantum computers, of the most strength.
        MlKem1024 = "ML_KEM_1024",
        /// SM2, in regions of China.
        Sm2 = "SM2",
    }
}

choices! {
    /// Where a key's material comes from.
    pub enum KeyOrigin {
        /// KMS makes it.
        AwsKms = "AWS_KMS",
        /// It is imported, after the key is made.
        External = "EXTERNAL",
    }
}

/// A key that never leaves KMS. Whoever may use it asks KMS to encrypt, to sign and so on.
///
/// Deleting it lets AWS wait for days, during which it can be brought back and cannot be used; what only it can decrypt is
/// lost after that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Key, id = KeyId, outputs = KeyOutputs, kind = "aws:kms/key", cloud = "AWS::KMS::Key",
    iam(
        "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:ListKeys",
        create("kms:CreateKey", "kms:TagResource", "kms:PutKeyPolicy"),
        update(
            "kms:UpdateKeyDescription", "kms:PutKeyPolicy", "kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation",
            "kms:DisableKeyRotation", "kms:TagResource", "kms:UntagResource",
        ),
        delete("kms:ScheduleKeyDeletion"),
    ),
)]
pub struct KeyInputs {
    /// What it is for, up to 8192 characters.
    pub description: Option<String>,
    /// Who may use it and who may change it. Default: whom IAM lets, in its account.
    #[input(cloud = "KeyPolicy")]
    pub policy: Option<PolicyDocument>,
    /// Whether a policy is taken after which its maker could not change it any more. Default: false.
    #[input(write_only, cloud = "BypassPolicyLockoutSafetyCheck")]
    pub bypass_policy_lockout_check: Option<bool>,
    /// Whether it can be used. Default: true.
    pub enabled: Option<bool>,
    /// Whether KMS makes new material for it again and again; what the old one encrypted is decrypted all the same. Default: false.
    #[input(cloud = "EnableKeyRotation")]
    pub rotation: Option<bool>,
    /// How often, in days, from 90 to 2560. Default: 365.
    pub rotation_period_in_days: Option<i32>,
    /// The kind of its material. Default: `SYMMETRIC_DEFAULT`.
    #[input(replace, cloud = "KeySpec", unlike_cloud = "KMS changes it of no key, and CloudFormation refuses")]
    pub spec: Option<KeySpec>,
    /// What it is for. Default: to encrypt.
    #[input(replace, cloud = "KeyUsage", unlike_cloud = "KMS changes it of no key, and CloudFormation refuses")]
    pub usage: Option<KeyUsage>,
    /// Where its material comes from. Default: KMS makes it.
    #[input(replace, unlike_cloud = "KMS changes it of no key, and CloudFormation refuses")]
    pub origin: Option<KeyOrigin>,
    /// Whether other regions can have copies of it. Default: false.
    #[input(replace, unlike_cloud = "KMS changes it of no key, and CloudFormation refuses")]
    pub multi_region: Option<bool>,
    /// How long AWS waits before it deletes it, in days, from 7 to 30. Default: 30. Kept in a tag of the key.
    pub pending_window_in_days: Option<i32>,
    /// Tags.
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of a [`Key`], as in `arn:aws:kms:us-west-2:123456789012:key/1234abcd-…`.
    pub struct KeyArn;
}

/// AWS's own keys have no resource, only an ARN or an alias, as in `alias/aws/s3`.
impl Input<KeyArn> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}

/// What AWS says of a [`Key`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Key)]
pub struct KeyOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: KeyArn,
}

#[cfg(feature = "kms")]
mod live {
    use aws_sdk_kms::Client;
    use aws_sdk_kms::types::{KeyMetadata, KeyState};
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::Tags;

    use super::{Key, KeyArn, KeyId, KeyInputs, KeyOrigin, KeyOutputs, KeySpec, KeyUsage};
    use crate::iam::PolicyDocument;
    use crate::kms::tags;
    use crate::sdk::{changes, failed, tags as all_tags, there, told};

    /// The tag that says how long AWS waits before it deletes a key: the engine deletes by id, and knows nothing else then.
    const PENDING_WINDOW: &str = "infra:pending-window-in-days";
    /// The only policy that a key has.
    const POLICY: &str = "default";

    impl Lifecycle for Key {
        type Client = Client;
        const SERVICE: &'static str = "kms";
        // A key is described by itself; the list of keys has ids only.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[KeyId]) -> Result<Vec<Observed<Key>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Key>>, ProviderError> {
            let mut observed = Vec::new();
            for asked in objects {
                if let Some(key) = describe(client, asked.id()).await? {
                    observed.push(observe(client, asked, &key).await?);
                }
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &KeyInputs, new: Creation<'_>) -> Result<KeyId, ProviderError> {
            let call = client
                .create_key()
                .set_description(want.description.clone())
                .set_policy(want.policy.as_ref().map(ToString::to_string))
                .set_bypass_policy_lockout_safety_check(want.bypass_policy_lockout_check)
                .set_key_spec(want.spec.map(|word| word.as_str().into()))
                .set_key_usage(want.usage.map(|word| word.as_str().into()))
                .set_origin(want.origin.map(|word| word.as_str().into()))
                .set_multi_region(want.multi_region)
                .set_tags(Some(tags::to_sdk(new.tags.iter().chain(&window(want)))));
            let answer = call.send().await.map_err(|error| not_yet(failed("CreateKey")(error)))?;
            Ok(KeyId::new(answer.key_metadata().map(KeyMetadata::key_id).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &KeyId, have: &KeyInputs, want: &KeyInputs) -> Result<(), ProviderError> {
            let key = id.as_str();
            let (mut set, unset) = all_tags::changes(have.tags.as_ref(), want.tags.as_ref());
            if changes(have.pending_window_in_days.as_ref(), want.pending_window_in_days.as_ref()) {
                set.extend(window(want));
            }
            tags::update(client, key, &set, unset).await?;
            if let Some(description) = want.description.as_ref().filter(|_| changes(have.description.as_ref(), want.description.as_ref())) {
                let call = client.update_key_description().key_id(key).description(description);
                call.send().await.map_err(failed("UpdateKeyDescription"))?;
            }
            if let Some(policy) = want.policy.as_ref().filter(|_| changes(have.policy.as_ref(), want.policy.as_ref())) {
                let call = client
                    .put_key_policy()
                    .key_id(key)
                    .policy_name(POLICY)
                    .policy(policy.to_string())
                    .set_bypass_policy_lockout_safety_check(want.bypass_policy_lockout_check);
                call.send().await.map_err(|error| not_yet(failed("PutKeyPolicy")(error)))?;
            }
            // What cannot be used cannot be given new material either.
            let enabled = want.enabled.filter(|enabled| have.enabled != Some(*enabled));
            if enabled == Some(true) {
                client.enable_key().key_id(key).send().await.map_err(failed("EnableKey"))?;
            }
            rotate(client, key, have, want).await?;
            if enabled == Some(false) {
                client.disable_key().key_id(key).send().await.map_err(failed("DisableKey"))?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &KeyId) -> Result<(), ProviderError> {
            let Some(_) = describe(client, id.as_str()).await? else { return Ok(()) };
            let window = tags::all(client, id.as_str()).await?.get(PENDING_WINDOW).and_then(|days| days.parse().ok());
            let call = client.schedule_key_deletion().key_id(id.as_str()).set_pending_window_in_days(window);
            gone_is_success(call.send().await.map(drop).map_err(failed("ScheduleKeyDeletion")))
        }

        async fn find(client: &Client, _: &KeyInputs, new: Creation<'_>) -> Result<Option<KeyId>, ProviderError> {
            // KMS finds keys by nothing but their ids, so each is looked at; those of others may not be.
            let mut pages = client.list_keys().into_paginator().items().send();
            while let Some(entry) = pages.next().await {
                let id = entry.map_err(failed("ListKeys"))?.key_id.unwrap_or_default();
                let tags = match tags::all(client, &id).await {
                    Err(error) if matches!(error.class, Class::Denied | Class::NotFound) => continue,
                    other => other?,
                };
                let ours = all_tags::has_token(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())), new.token);
                if ours && describe(client, &id).await?.is_some() {
                    return Ok(Some(KeyId::new(id)));
                }
            }
            Ok(None)
        }
    }

    fn window(want: &KeyInputs) -> Tags {
        want.pending_window_in_days.iter().map(|days| (PENDING_WINDOW.to_owned(), days.to_string())).collect()
    }

    /// A role that was just made is no principal yet.
    fn not_yet(error: ProviderError) -> ProviderError {
        error.class_if(Class::NotYet, |error| error.is_code("MalformedPolicyDocumentException") && error.message.contains("principal"))
    }

    /// The key, unless it does not exist or is on its way out.
    async fn describe(client: &Client, key: &str) -> Result<Option<KeyMetadata>, ProviderError> {
        let answer = there(client.describe_key().key_id(key).send().await.map_err(failed("DescribeKey")))?;
        let key = answer.and_then(|answer| answer.key_metadata);
        Ok(key.filter(|key| !matches!(key.key_state(), Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion))))
    }

    async fn observe(client: &Client, asked: &Asked<'_>, key: &KeyMetadata) -> Result<Observed<Key>, ProviderError> {
        let id = asked.id();
        let policy = async { client.get_key_policy().key_id(id).policy_name(POLICY).send().await.map_err(failed("GetKeyPolicy")) };
        let policy = told(asked.wants("policy"), policy).await?;
        let spec = key.key_spec().and_then(|word| KeySpec::from_word(word.as_str()));
        let origin = key.origin().and_then(|word| KeyOrigin::from_word(word.as_str()));
        // Other keys get no new material, and are not asked.
        let rotates = spec == Some(KeySpec::SymmetricDefault) && origin == Some(KeyOrigin::AwsKms);
        let rotation = async { client.get_key_rotation_status().key_id(id).send().await.map_err(failed("GetKeyRotationStatus")) };
        let rotation_wanted = asked.wants_any(&["rotation", "rotation_period_in_days"]);
        let rotation = told(rotates && rotation_wanted, rotation).await?;
        let all = told(asked.wants_any(&["tags", "pending_window_in_days"]), tags::all(client, id)).await?;
        let state = key.key_state().map_or("Enabled", KeyState::as_str);
        let inputs = KeyInputs {
            description: Some(key.description().unwrap_or_default().to_owned()),
            policy: policy.as_ref().and_then(|policy| policy.policy()).map(PolicyDocument::from_answer),
            bypass_policy_lockout_check: None,
            enabled: Some(state != "Disabled"),
            rotation: rotation_wanted.then(|| rotation.as_ref().is_some_and(|rotation| rotation.key_rotation_enabled())),
            rotation_period_in_days: rotation.as_ref().and_then(|rotation| rotation.rotation_period_in_days()),
            spec,
            usage: key.key_usage().and_then(|word| KeyUsage::from_word(word.as_str())),
            origin,
            multi_region: Some(key.multi_region().unwrap_or_default()),
            pending_window_in_days: all.as_ref().and_then(|all| all.get(PENDING_WINDOW)).and_then(|days| days.parse().ok()),
            tags: all.map(|all| all_tags::of_program(all.iter().map(|(key, value)| (key.as_str(), value.as_str())))),
        };
        let condition = Condition::of(state, &["Enabled", "Disabled", "PendingImport"], &[]);
        let outputs = KeyOutputs { arn: KeyArn::new(key.arn().unwrap_or_default()) };
        Ok(Observed { id: KeyId::new(id), inputs, outputs, condition })
    }

    async fn rotate(client: &Client, key: &str, have: &KeyInputs, want: &KeyInputs) -> Result<(), ProviderError> {
        let turned = want.rotation.filter(|rotation| have.rotation != Some(*rotation));
        let period = changes(have.rotation_period_in_days.as_ref(), want.rotation_period_in_days.as_ref());
        let on = want.rotation.or(have.rotation) == Some(true);
        if turned == Some(false) {
            client.disable_key_rotation().key_id(key).send().await.map_err(failed("DisableKeyRotation"))?;
        } else if on && (turned.is_some() || period) {
            let call = client.enable_key_rotation().key_id(key).set_rotation_period_in_days(want.rotation_period_in_days);
            call.send().await.map_err(failed("EnableKeyRotation"))?;
        }
        Ok(())
    }
}
