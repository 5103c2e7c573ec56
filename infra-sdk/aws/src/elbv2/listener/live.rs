//! The lifecycle of a listener.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self as sdk, AdvertiseTrustStoreCaNamesEnum, Certificate, ListenerAttribute, MutualAuthenticationAttributes,
};
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::NoOutputs;

use super::{Listener, ListenerArn, ListenerInputs, MutualAuthentication, MutualAuthenticationMode};
use crate::acm::CertificateArn;
use crate::elbv2::attributes::{self, Attributes, changed, on_off, put, take};
use crate::elbv2::{LoadBalancerArn, Protocol, action, tags};
use crate::sdk::{differs, failed};

const IDLE_TIMEOUT: &str = "tcp.idle_timeout.seconds";

impl Lifecycle for Listener {
    type Client = Client;
    const SERVICE: &'static str = "elasticloadbalancing";
    const PAGE: usize = tags::PAGE;

    async fn read(client: &Client, ids: &[ListenerArn]) -> Result<Vec<Observed<Listener>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Listener>>, ProviderError> {
        let arns = objects.iter().map(|asked| asked.id().to_owned()).collect();
        let listeners = tags::existing(arns, ":listener/", |arns| async {
            let call = client.describe_listeners().set_listener_arns(Some(arns));
            Ok(call.send().await.map_err(failed("DescribeListeners"))?.listeners.unwrap_or_default())
        });
        let listeners = listeners.await?;
        let arns = listeners.iter().filter_map(|listener| listener.listener_arn.clone()).collect();
        let mut tags = tags::read(client, arns).await?;
        let mut observed = Vec::new();
        for listener in listeners {
            let arn = listener.listener_arn().unwrap_or_default();
            let mut inputs = inputs(&listener);
            if Asked::wanted(objects, arn, &["tcp_idle_timeout", "attributes"]) {
                let Some(mut attributes) = attributes(client, arn).await? else { continue };
                inputs.tcp_idle_timeout = take(&mut attributes, IDLE_TIMEOUT);
                inputs.attributes = Some(attributes);
            }
            if Asked::wanted(objects, arn, &["more_certificates"]) {
                let Some(more) = more_certificates(client, arn, &inputs).await? else { continue };
                inputs.more_certificates = Some(more);
            }
            inputs.tags = Some(tags.remove(arn).unwrap_or_default());
            observed.push(Observed { id: ListenerArn::new(arn), inputs, outputs: NoOutputs {}, condition: Condition::Ready });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &ListenerInputs, new: Creation<'_>) -> Result<ListenerArn, ProviderError> {
        wanted(want)?;
        let call = client
            .create_listener()
            .load_balancer_arn(want.load_balancer.as_str())
            .set_port(want.port)
            .set_protocol(want.protocol.map(|protocol| protocol.as_str().into()))
            .set_certificates(want.certificate.as_ref().map(certificate))
            .set_ssl_policy(want.ssl_policy.clone())
            .set_alpn_policy(want.alpn_policy.clone().map(|policy| vec![policy]))
            .set_mutual_authentication(want.mutual_authentication.as_ref().map(mutual))
            .set_default_actions(Some(action::to_sdk(&want.default_actions)?))
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(|error| unknown_certificate(failed("CreateListener")(error))) {
            Ok(answer) => {
                let arn = answer.listeners().first().and_then(|listener| listener.listener_arn());
                Ok(ListenerArn::new(arn.unwrap_or_default()))
            }
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &ListenerArn, have: &ListenerInputs, want: &ListenerInputs) -> Result<(), ProviderError> {
        let arn = id.as_str();
        let protocol = want.protocol.filter(|want| have.protocol != Some(*want));
        // A protocol that begins to need a certificate and a policy takes them in the same call.
        let with_protocol = protocol.is_some();
        let certificate_differs = with_protocol || differs(&have.certificate, &want.certificate);
        let policy_differs = with_protocol || differs(&have.ssl_policy, &want.ssl_policy);
        let mutual_differs = differs(&have.mutual_authentication, &want.mutual_authentication);
        let actions_differ = differs(&have.default_actions, &want.default_actions);
        let port = want.port.filter(|want| have.port != Some(*want));
        let alpn_differs = differs(&have.alpn_policy, &want.alpn_policy);
        if certificate_differs || policy_differs || mutual_differs || actions_differ || alpn_differs || port.is_some() {
            let call = client
                .modify_listener()
                .listener_arn(arn)
                .set_port(port)
                .set_protocol(protocol.map(|protocol| protocol.as_str().into()))
                .set_certificates(want.certificate.as_ref().filter(|_| certificate_differs).map(certificate))
                .set_ssl_policy(want.ssl_policy.clone().filter(|_| policy_differs))
                .set_alpn_policy(want.alpn_policy.clone().filter(|_| alpn_differs).map(|policy| vec![policy]))
                .set_mutual_authentication(want.mutual_authentication.as_ref().filter(|_| mutual_differs).map(mutual))
                .set_default_actions(if actions_differ { Some(action::to_sdk(&want.default_actions)?) } else { None });
            call.send().await.map_err(|error| unknown_certificate(failed("ModifyListener")(error)))?;
        }
        if let Some(want) = &want.more_certificates {
            update_certificates(client, arn, have.more_certificates.as_deref().unwrap_or_default(), want).await?;
        }
        let set = changed(&wanted(have)?, wanted(want)?);
        if !set.is_empty() {
            let attribute = |(key, value)| ListenerAttribute::builder().key(key).value(value).build();
            let call = client.modify_listener_attributes().listener_arn(arn);
            let call = call.set_attributes(Some(set.into_iter().map(attribute).collect()));
            call.send().await.map_err(failed("ModifyListenerAttributes"))?;
        }
        tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &ListenerArn) -> Result<(), ProviderError> {
        let deleted = client.delete_listener().listener_arn(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(failed("DeleteListener")))
    }

    async fn find(client: &Client, want: &ListenerInputs, new: Creation<'_>) -> Result<Option<ListenerArn>, ProviderError> {
        let pages = client.describe_listeners().load_balancer_arn(want.load_balancer.as_str()).into_paginator().items().send();
        let listeners = match pages.collect::<Result<Vec<_>, _>>().await.map_err(failed("DescribeListeners")) {
            Err(error) if error.class == Class::NotFound => return Ok(None),
            answer => answer?,
        };
        let arns = listeners.into_iter().filter_map(|listener| listener.listener_arn).collect();
        Ok(tags::with_token(client, arns, new.token).await?.map(ListenerArn::new))
    }
}

/// The attributes that the fields ask for, and the named rest.
fn wanted(inputs: &ListenerInputs) -> Result<Attributes, ProviderError> {
    let mut fields = Attributes::new();
    put(&mut fields, IDLE_TIMEOUT, inputs.tcp_idle_timeout);
    attributes::all(fields, inputs.attributes.as_ref(), |rest| drop(rest.remove(IDLE_TIMEOUT)))
}

/// What the description of a listener says of the inputs: all but attributes, more certificates and tags.
fn inputs(listener: &sdk::Listener) -> ListenerInputs {
    let mutual = listener.mutual_authentication().and_then(|mutual| {
        Some(MutualAuthentication {
            mode: MutualAuthenticationMode::from_word(mutual.mode()?)?,
            trust_store: mutual.trust_store_arn().map(str::to_owned),
            ignore_expiry: mutual.ignore_client_certificate_expiry(),
            advertise_authorities: mutual.advertise_trust_store_ca_names().map(|word| *word == AdvertiseTrustStoreCaNamesEnum::On),
        })
    });
    ListenerInputs {
        load_balancer: LoadBalancerArn::new(listener.load_balancer_arn().unwrap_or_default()),
        default_actions: action::from_sdk(listener.default_actions()),
        port: listener.port(),
        protocol: listener.protocol().and_then(|protocol| Protocol::from_word(protocol.as_str())),
        certificate: listener.certificates().iter().find_map(|certificate| certificate.certificate_arn()).map(CertificateArn::new),
        more_certificates: None,
        ssl_policy: listener.ssl_policy().map(str::to_owned),
        alpn_policy: listener.alpn_policy().first().cloned(),
        mutual_authentication: mutual,
        tcp_idle_timeout: None,
        attributes: None,
        tags: None,
    }
}

async fn attributes(client: &Client, arn: &str) -> Result<Option<Attributes>, ProviderError> {
    let answer = client.describe_listener_attributes().listener_arn(arn).send().await;
    match answer.map_err(failed("DescribeListenerAttributes")) {
        Err(error) if error.class == Class::NotFound => Ok(None),
        answer => {
            let pairs = answer?.attributes.unwrap_or_default().into_iter();
            Ok(Some(pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default()))).collect()))
        }
    }
}

/// The certificates besides the default one; only HTTPS and TLS have any.
async fn more_certificates(client: &Client, arn: &str, listener: &ListenerInputs) -> Result<Option<Vec<CertificateArn>>, ProviderError> {
    if listener.certificate.is_none() {
        return Ok(Some(Vec::new()));
    }
    let pages = client.describe_listener_certificates().listener_arn(arn).into_paginator().items().send();
    let certificates = match pages.collect::<Result<Vec<_>, _>>().await.map_err(failed("DescribeListenerCertificates")) {
        Err(error) if error.class == Class::NotFound => return Ok(None),
        answer => answer?,
    };
    let more = certificates.into_iter().filter(|certificate| certificate.is_default() != Some(true)).filter_map(|one| one.certificate_arn);
    Ok(Some(more.map(CertificateArn::new).filter(|arn| Some(arn) != listener.certificate.as_ref()).collect()))
}

async fn update_certificates(client: &Client, arn: &str, have: &[CertificateArn], want: &[CertificateArn]) -> Result<(), ProviderError> {
    let only_in = |these: &[CertificateArn], others: &[CertificateArn]| -> Vec<Certificate> {
        let missing = these.iter().filter(|arn| !others.contains(arn));
        missing.map(|arn| Certificate::builder().certificate_arn(arn.as_str()).build()).collect()
    };
    let (coming, leaving) = (only_in(want, have), only_in(have, want));
    if !coming.is_empty() {
        let call = client.add_listener_certificates().listener_arn(arn).set_certificates(Some(coming));
        call.send().await.map_err(|error| unknown_certificate(failed("AddListenerCertificates")(error)))?;
    }
    if !leaving.is_empty() {
        let call = client.remove_listener_certificates().listener_arn(arn).set_certificates(Some(leaving));
        call.send().await.map_err(failed("RemoveListenerCertificates"))?;
    }
    Ok(())
}

fn certificate(arn: &CertificateArn) -> Vec<Certificate> {
    vec![Certificate::builder().certificate_arn(arn.as_str()).build()]
}

fn mutual(mutual: &MutualAuthentication) -> MutualAuthenticationAttributes {
    MutualAuthenticationAttributes::builder()
        .mode(mutual.mode.as_str())
        .set_trust_store_arn(mutual.trust_store.clone())
        .set_ignore_client_certificate_expiry(mutual.ignore_expiry)
        .set_advertise_trust_store_ca_names(mutual.advertise_authorities.map(|on| on_off(on).into()))
        .build()
}

/// A certificate that was made or uploaded just now is not known here at once.
fn unknown_certificate(error: ProviderError) -> ProviderError {
    error.class_if(Class::NotYet, |error| error.is_code("CertificateNotFound"))
}
