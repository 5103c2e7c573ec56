//! Other keys to find items of a table by.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

use super::{Throughput, WarmThroughput};

choices! {
    /// Which attributes an index has of an item.
    pub enum ProjectionType {
        /// All.
        All = "ALL",
        /// The keys, of the table and of the index.
        KeysOnly = "KEYS_ONLY",
        /// The keys and those that are named.
        Include = "INCLUDE",
    }
}

/// Which attributes an index has of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Projection {
    /// Which.
    #[input(cloud = "ProjectionType", unlike_cloud = "AWS knows no projection without it")]
    pub kind: ProjectionType,
    /// Those besides the keys.
    #[input(set, cloud = "NonKeyAttributes")]
    pub attributes: Option<Vec<String>>,
}

impl Projection {
    /// All attributes.
    pub fn all() -> ProjectionBuilder<infra_core::Set> {
        Projection::new().kind(ProjectionType::All)
    }

    /// The keys only.
    pub fn keys_only() -> ProjectionBuilder<infra_core::Set> {
        Projection::new().kind(ProjectionType::KeysOnly)
    }

    /// The keys and these.
    pub fn of<'a>(attributes: impl IntoIterator<Item = &'a str>) -> ProjectionBuilder<infra_core::Set> {
        let attributes: Vec<String> = attributes.into_iter().map(str::to_owned).collect();
        Projection::new().kind(ProjectionType::Include).attributes(attributes)
    }
}

/// Another key to find items by. Another key or projection makes another index, in which nothing is found meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct GlobalIndex {
    /// The attribute that its items are spread by.
    #[input(cloud = "KeySchema", unlike_cloud = "the item of type `HASH`")]
    pub hash_key: String,
    /// The attribute that items with the same one are sorted by.
    #[input(cloud = "KeySchema", unlike_cloud = "the item of type `RANGE`")]
    pub range_key: Option<String>,
    /// Which attributes it has.
    pub projection: Projection,
    /// Its capacity for reads, in units a second. Default: that of the table. Only where it is provisioned.
    #[input(cloud = "ProvisionedThroughput/ReadCapacityUnits")]
    pub read_capacity: Option<i64>,
    /// Its capacity for writes, in units a second. Default: that of the table. Only where it is provisioned.
    #[input(cloud = "ProvisionedThroughput/WriteCapacityUnits")]
    pub write_capacity: Option<i64>,
    /// The most that is read and written where each is paid for.
    pub on_demand_throughput: Option<Throughput>,
    /// What it can bear at once.
    pub warm_throughput: Option<WarmThroughput>,
}

/// Another order of items that have the same hash key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LocalIndex {
    /// The attribute that they are sorted by.
    #[input(cloud = "KeySchema", unlike_cloud = "the item of type `RANGE`; that of type `HASH` is the table's")]
    pub range_key: String,
    /// Which attributes it has.
    pub projection: Projection,
}

#[cfg(feature = "dynamodb")]
pub(super) mod live {
    use aws_sdk_dynamodb::types::{
        GlobalSecondaryIndexDescription, KeySchemaElement, KeyType, LocalSecondaryIndexDescription, OnDemandThroughput,
        Projection as SdkProjection, WarmThroughput as SdkWarm,
    };
    use infra_apply::{Class, ProviderError};

    use super::super::{Throughput, WarmThroughput};
    use super::{GlobalIndex, LocalIndex, Projection, ProjectionType};

    /// A part of a call that the SDK refuses to build.
    pub(in super::super) fn built<T>(
        part: Result<T, aws_smithy_types::error::operation::BuildError>,
        operation: &'static str,
    ) -> Result<T, ProviderError> {
        part.map_err(|error| ProviderError::new(Class::Invalid, operation, error.to_string()))
    }

    pub(in super::super) fn key(schema: &[KeySchemaElement], of: KeyType) -> Option<String> {
        schema.iter().find(|element| *element.key_type() == of).map(|element| element.attribute_name().to_owned())
    }

    pub(in super::super) fn schema(
        hash: &str,
        range: Option<&str>,
        operation: &'static str,
    ) -> Result<Vec<KeySchemaElement>, ProviderError> {
        let element = |name: &str, of: KeyType| built(KeySchemaElement::builder().attribute_name(name).key_type(of).build(), operation);
        let range = range.map(|name| element(name, KeyType::Range)).transpose()?;
        Ok([element(hash, KeyType::Hash)?].into_iter().chain(range).collect())
    }

    pub(in super::super) fn projection_to_sdk(projection: &Projection) -> SdkProjection {
        SdkProjection::builder()
            .projection_type(projection.kind.as_str().into())
            .set_non_key_attributes(projection.attributes.clone().filter(|attributes| !attributes.is_empty()))
            .build()
    }

    fn projection_from_sdk(sdk: Option<&SdkProjection>) -> Projection {
        let kind = sdk.and_then(|sdk| sdk.projection_type()).and_then(|word| ProjectionType::from_word(word.as_str()));
        let attributes = sdk.map(SdkProjection::non_key_attributes).unwrap_or_default();
        Projection {
            kind: kind.unwrap_or(ProjectionType::All),
            attributes: Some(attributes.to_vec()).filter(|attributes| !attributes.is_empty()),
        }
    }

    pub(in super::super) fn on_demand_to_sdk(throughput: &Throughput) -> OnDemandThroughput {
        OnDemandThroughput::builder()
            .set_max_read_request_units(throughput.max_read)
            .set_max_write_request_units(throughput.max_write)
            .build()
    }

    /// The limits on demand; none is told as what one asks for to have none.
    pub(in super::super) fn on_demand_from_sdk(sdk: Option<&OnDemandThroughput>) -> Throughput {
        Throughput {
            max_read: Some(sdk.and_then(|sdk| sdk.max_read_request_units()).unwrap_or(-1)),
            max_write: Some(sdk.and_then(|sdk| sdk.max_write_request_units()).unwrap_or(-1)),
        }
    }

    pub(in super::super) fn warm_to_sdk(warm: &WarmThroughput) -> SdkWarm {
        SdkWarm::builder().set_read_units_per_second(warm.read).set_write_units_per_second(warm.write).build()
    }

    pub(in super::super) fn global_from_sdk(sdk: &GlobalSecondaryIndexDescription) -> GlobalIndex {
        let capacity = sdk.provisioned_throughput();
        let warm = sdk.warm_throughput();
        GlobalIndex {
            hash_key: key(sdk.key_schema(), KeyType::Hash).unwrap_or_default(),
            range_key: key(sdk.key_schema(), KeyType::Range),
            projection: projection_from_sdk(sdk.projection()),
            read_capacity: capacity.and_then(|capacity| capacity.read_capacity_units()).filter(|units| *units > 0),
            write_capacity: capacity.and_then(|capacity| capacity.write_capacity_units()).filter(|units| *units > 0),
            on_demand_throughput: Some(on_demand_from_sdk(sdk.on_demand_throughput())),
            warm_throughput: warm.map(|warm| WarmThroughput { read: warm.read_units_per_second(), write: warm.write_units_per_second() }),
        }
    }

    pub(in super::super) fn local_from_sdk(sdk: &LocalSecondaryIndexDescription) -> LocalIndex {
        LocalIndex {
            range_key: key(sdk.key_schema(), KeyType::Range).unwrap_or_default(),
            projection: projection_from_sdk(sdk.projection()),
        }
    }
}
