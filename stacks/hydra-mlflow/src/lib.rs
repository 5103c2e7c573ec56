//! Hydra's MLflow server: tasks on Fargate behind a load balancer, a MySQL database with the runs, and their artifacts in S3.
//!
//! One file a component. What the original left to chance is an edge here: the service waits for its listener and for what its
//! roles may do; how many tasks there are is auto scaling's; another image is another revision, and nothing is destroyed for it.

mod access;
mod config;
mod database;
mod front;
mod network;
mod server;

pub use config::{Config, Database, Source, Tasks};

use infra_sdk::aws::ecr::Repository;
use infra_sdk::aws::s3::{Bucket, BucketEncryption, PublicAccessBlock};
use infra_sdk::prelude::*;

/// The whole system.
///
/// # Errors
/// Where VPC and subnets are not both given; and where the default VPC, or what is in the image's folder, is not known yet: the
/// engine looks, and runs this again.
pub fn hydra_mlflow(stack: &Stack, config: Config) -> Result<(), Stop> {
    let network = network::network(stack, &config)?;
    let groups = access::security_groups(stack, &config, &network);
    let images = Repository::new("mlflow").scan_on_push(true).force_delete(true).add(stack);
    let source = match &config.image {
        Source::Dockerfile(folder) => Image::dockerfile(folder),
        Source::Layout(folder) => Image::layout(folder),
        Source::Tarball(file) => Image::tarball(file),
    };
    let image = ContainerImage::new("mlflow").repository(images.uri()).source(source.add(stack)?).add(stack);
    let artifacts = Bucket::new("artifacts")
        .maybe_name(config.artifact_bucket.clone())
        .encryption(BucketEncryption::aes256())
        .public_access_block(PublicAccessBlock::all())
        .add(stack);
    let credentials = database::credentials(stack, &config);
    let database = database::database(stack, &config, &network, &groups, &credentials);
    let roles = access::roles(stack, &credentials, &artifacts);
    let front = front::front(stack, &config, &network, &groups);
    let tasks = server::tasks(stack, &config, &image, &artifacts, &database, &credentials, &roles);
    let (cluster, service) = server::service(stack, &config, &network, &tasks, &groups, &front);

    stack.export("url", front.url.clone());
    stack.export("container_repository_url", images.uri());
    stack.export("artifact_bucket", artifacts.name());
    stack.export("db_host", database.address());
    stack.export("ecs_cluster_name", cluster.id());
    stack.export("ecs_service_name", service.service_name());
    Ok(())
}
