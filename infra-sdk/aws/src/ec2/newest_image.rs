//! The newest image of a line of images.

use std::collections::BTreeMap;

use infra_core::{Lookup, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// What processors an image runs on.
    pub enum Architecture {
        /// Intel and AMD, 64 bits.
        X86_64 = "x86_64",
        /// Graviton and other ARM, 64 bits.
        Arm64 = "arm64",
        /// Intel and AMD, 32 bits.
        I386 = "i386",
    }
}

/// Asks for the newest image that fits:
/// `stack.lookup(NewestImage::of(["amazon"]).name("al2023-ami-2023.*").architecture(Architecture::Arm64))?.id`.
///
/// Always name an owner you trust: anyone may publish an image under any name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewestImage {
    owners: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    filters: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its id, as in `ami-0123`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made, in UTC, as in `2030-01-01T00:00:00.000Z`.
    pub creation_date: String,
    /// The device of its root volume, as in `/dev/xvda`; empty where it has none.
    pub root_device_name: String,
}

impl NewestImage {
    /// Of these owners: account numbers, `self`, `amazon`, `aws-marketplace`.
    pub fn of<O: Into<String>>(owners: impl IntoIterator<Item = O>) -> NewestImage {
        NewestImage { owners: owners.into_iter().map(Into::into).collect(), filters: BTreeMap::new(), deprecated: false }
    }

    /// With a name like this, where `*` is any letters and `?` any one.
    #[must_use]
    pub fn name(self, pattern: impl Into<String>) -> NewestImage {
        self.filter("name", [pattern.into()])
    }

    /// For these processors.
    #[must_use]
    pub fn architecture(self, architecture: Architecture) -> NewestImage {
        self.filter("architecture", [architecture.as_str()])
    }

    /// With one of these values by a filter of EC2's `DescribeImages`, as in `root-device-type` or `tag:Stage`.
    #[must_use]
    pub fn filter<V: Into<String>>(mut self, name: impl Into<String>, values: impl IntoIterator<Item = V>) -> NewestImage {
        self.filters.insert(name.into(), values.into_iter().map(Into::into).collect());
        self
    }

    /// Also images that their owner calls out of date.
    #[must_use]
    pub fn with_deprecated(mut self) -> NewestImage {
        self.deprecated = true;
        self
    }
}

impl Lookup for NewestImage {
    const KIND: &'static str = "aws:ec2/newest-image";
    type Answer = Image;
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{Filter, Image as Told};
    use infra_apply::{Class, ProviderError};

    use super::{Image, NewestImage};
    use crate::sdk::{Answers, failed};

    impl Answers for NewestImage {
        type Client = Client;

        async fn answer(&self, client: &Client) -> Result<Image, ProviderError> {
            let filters = self.filters.iter().map(|(name, values)| Filter::builder().name(name).set_values(Some(values.clone())).build());
            let usable = Filter::builder().name("state").values("available").build();
            let call = client
                .describe_images()
                .set_owners(Some(self.owners.clone()))
                .set_filters(Some(filters.chain([usable]).collect()))
                .include_deprecated(self.deprecated);
            let mut images = call.into_paginator().items().send();
            let mut newest: Option<Told> = None;
            while let Some(image) = images.next().await {
                let image = image.map_err(failed("DescribeImages"))?;
                newest = Some(match newest {
                    Some(before) if age(&before) >= age(&image) => before,
                    _ => image,
                });
            }
            let newest = newest.ok_or_else(|| self.nothing_fits())?;
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            Ok(Image {
                id: text(newest.image_id()),
                name: text(newest.name()),
                creation_date: text(newest.creation_date()),
                root_device_name: text(newest.root_device_name()),
            })
        }
    }

    impl NewestImage {
        fn nothing_fits(&self) -> ProviderError {
            let filters: Vec<String> = self.filters.iter().map(|(name, values)| format!("{name} {}", values.join(" or "))).collect();
            let message = format!("no image of {} has {}", self.owners.join(" or "), filters.join(", "));
            ProviderError::new(Class::NotFound, "DescribeImages", message)
        }
    }

    /// Dates of this form sort as text; the id makes the choice between two of one moment a fixed one.
    fn age(image: &Told) -> (&str, &str) {
        (image.creation_date().unwrap_or_default(), image.image_id().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_says_only_what_was_asked_so_that_its_pinned_answer_stays_found() {
        let question = NewestImage::of(["amazon"]).name("al2023-*").architecture(Architecture::Arm64);
        let expected = serde_json::json!({"owners": ["amazon"], "filters": {"architecture": ["arm64"], "name": ["al2023-*"]}});
        assert_eq!(serde_json::to_value(&question).unwrap(), expected);
        assert_eq!(serde_json::from_value::<NewestImage>(expected).unwrap(), question);
    }
}
