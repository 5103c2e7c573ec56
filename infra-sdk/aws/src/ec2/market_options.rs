//! How an instance is paid for: on demand, or spare capacity at a lower price.

use infra_core::{Block, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// How an instance is paid for.
    pub enum MarketType {
        /// Spare capacity, which AWS may take back.
        Spot = "spot",
        /// At the full price.
        OnDemand = "on-demand",
        /// A reserved block of accelerated capacity.
        CapacityBlock = "capacity-block",
        /// Capacity reserved by another, who may take it back.
        InterruptibleCapacityReservation = "interruptible-capacity-reservation",
    }
}

choices! {
    /// Whether a request for spare capacity outlives its instance.
    pub enum SpotType {
        /// It ends with the instance.
        OneTime = "one-time",
        /// It makes another instance when AWS takes this one back.
        Persistent = "persistent",
    }
}

choices! {
    /// What happens to a spot instance that AWS takes back.
    pub enum InterruptionBehavior {
        /// It hibernates.
        Hibernate = "hibernate",
        /// It stops.
        Stop = "stop",
        /// It ends.
        Terminate = "terminate",
    }
}

/// How an instance is paid for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MarketOptions {
    /// The market.
    #[input(unlike_cloud = "the API takes no other options without it")]
    pub market_type: MarketType,
    /// The most to pay for an hour of a spot instance, in US dollars, as in `0.05`. Default: the on-demand price.
    #[input(cloud = "SpotOptions/MaxPrice")]
    pub max_price: Option<String>,
    /// Whether the request outlives a spot instance. Default: `one-time`, the only one that auto scaling takes.
    #[input(cloud = "SpotOptions/SpotInstanceType")]
    pub spot_type: Option<SpotType>,
    /// What happens to a spot instance that AWS takes back. Default: `terminate`, the only one for `one-time`.
    #[input(cloud = "SpotOptions/InstanceInterruptionBehavior")]
    pub interruption_behavior: Option<InterruptionBehavior>,
    /// When a persistent request ends, in UTC, as in `2030-01-01T00:00:00Z`. Default: in seven days.
    #[input(cloud = "SpotOptions/ValidUntil")]
    pub valid_until: Option<String>,
}

impl MarketOptions {
    /// Spare capacity at up to the on-demand price.
    pub fn spot() -> MarketOptionsBuilder<Set> {
        MarketOptions::new().market_type(MarketType::Spot)
    }
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::types::{
        InstanceMarketOptionsRequest, LaunchTemplateInstanceMarketOptions, LaunchTemplateInstanceMarketOptionsRequest,
        LaunchTemplateSpotMarketOptionsRequest, SpotMarketOptions,
    };
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    use infra_apply::{Class, ProviderError};

    use super::{InterruptionBehavior, MarketOptions, MarketType, SpotType};

    macro_rules! fill {
        ($options:ident, $market:ident, $spot:ident) => {{
            let spot = $spot::builder()
                .set_max_price($options.max_price.clone())
                .set_spot_instance_type($options.spot_type.map(|word| word.as_str().into()))
                .set_instance_interruption_behavior($options.interruption_behavior.map(|word| word.as_str().into()))
                .set_valid_until($options.end()?)
                .build();
            let market = $market::builder().market_type($options.market_type.as_str().into());
            Ok(market.set_spot_options($options.says_spot().then_some(spot)).build())
        }};
    }

    impl MarketOptions {
        /// For a launch.
        pub(crate) fn to_launch(&self) -> Result<InstanceMarketOptionsRequest, ProviderError> {
            fill!(self, InstanceMarketOptionsRequest, SpotMarketOptions)
        }

        /// For a launch template.
        pub(crate) fn to_template(&self) -> Result<LaunchTemplateInstanceMarketOptionsRequest, ProviderError> {
            fill!(self, LaunchTemplateInstanceMarketOptionsRequest, LaunchTemplateSpotMarketOptionsRequest)
        }

        /// As a launch template has it; nothing where the market is one that this version does not know.
        pub(crate) fn from_template(options: &LaunchTemplateInstanceMarketOptions) -> Option<MarketOptions> {
            let spot = options.spot_options();
            let behavior = spot.and_then(|spot| spot.instance_interruption_behavior());
            Some(MarketOptions {
                market_type: MarketType::from_word(options.market_type()?.as_str())?,
                max_price: spot.and_then(|spot| spot.max_price()).map(str::to_owned),
                spot_type: spot.and_then(|spot| spot.spot_instance_type()).and_then(|word| SpotType::from_word(word.as_str())),
                interruption_behavior: behavior.and_then(|word| InterruptionBehavior::from_word(word.as_str())),
                valid_until: spot.and_then(|spot| spot.valid_until()).and_then(|at| at.fmt(Format::DateTime).ok()),
            })
        }

        fn says_spot(&self) -> bool {
            self.max_price.is_some() || self.spot_type.is_some() || self.interruption_behavior.is_some() || self.valid_until.is_some()
        }

        fn end(&self) -> Result<Option<DateTime>, ProviderError> {
            let Some(text) = &self.valid_until else { return Ok(None) };
            let parsed = DateTime::from_str(text, Format::DateTime);
            let wrong = |error| {
                let message = format!("`valid_until` is {text}: write it as in 2030-01-01T00:00:00Z ({error})");
                ProviderError::new(Class::Invalid, "read the inputs", message)
            };
            parsed.map(Some).map_err(wrong)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_end_that_is_no_time_is_refused_before_any_call() {
            let mut options: MarketOptions = serde_json::from_str(r#"{"market_type": "spot", "valid_until": "tomorrow"}"#).unwrap();
            assert_eq!(options.to_launch().unwrap_err().class, Class::Invalid);
            options.valid_until = Some("2030-01-01T00:00:00Z".into());
            let spot = options.to_launch().unwrap();
            let end = spot.spot_options().and_then(|spot| spot.valid_until()).unwrap();
            assert_eq!(end.fmt(Format::DateTime).unwrap(), "2030-01-01T00:00:00Z");
        }
    }
}
