//! The derives that make a resource out of two plain structs, and the macro that makes text of outputs.
//!
//! `Resource` stands on the inputs, `Outputs` on the outputs, `Block` on an object inside inputs. Each reads one
//! attribute on the struct and one on its fields; a field without a doc comment does not compile.

mod block;
mod builder;
mod field;
mod outputs;
mod resource;
mod text;

use proc_macro::TokenStream;
use syn::{DeriveInput, Error, parse_macro_input};

/// Makes the handle, the id, the builder and the schema of a resource from its inputs.
///
/// On the struct: `#[resource(handle = Subnet, id = SubnetId, outputs = SubnetOutputs, kind = "aws:ec2/subnet",
/// cloud = "AWS::EC2::Subnet", iam("ec2:DescribeSubnets", create("ec2:CreateSubnet")), unique(vpc, cidr_block), completes(Vpc))]`. What is allowed
/// to `create`, `update` and `delete` stands in those words; what stands by itself is for reading. What it `completes` are the types
/// of other resources: one that its inputs refer to is of no use to others without it, so they wait for it and go before it.
/// `action` on the struct says that it is run and not made: then every input that changes runs it again.
/// On a field: `#[input(replace, secret, write_only, set, filled, local, name = 255, cloud = "VpcId")]`. A `name` that the cloud
/// takes in lower case only is `lower_case`, and beginnings of names that the cloud keeps for itself are `reserved = "internal-"`:
/// the engine makes no others.
///
/// What is deliberately unlike the cloud's own schema says why: `unlike_cloud = "…"` on a field, or on the struct where
/// the cloud has no such type, and `without(Property = "…", "Path/Property" = "…")` on the struct for what is left out.
#[proc_macro_derive(Resource, attributes(resource, input))]
pub fn resource(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    resource::expand(&item).unwrap_or_else(Error::into_compile_error).into()
}

/// Makes the accessors on the handle, and the schema, of a resource's outputs.
///
/// On the struct: `#[outputs(of = Subnet)]`. On a field: `#[output(stable, secret, echo, echo = "input", reference)]`;
/// `reference` lets the handle stand where the field's type is asked.
#[proc_macro_derive(Outputs, attributes(outputs, output))]
pub fn outputs(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    outputs::expand(&item).unwrap_or_else(Error::into_compile_error).into()
}

/// Makes the builder and the schema of an object inside inputs. Fields take the attribute `input` of `Resource`.
#[proc_macro_derive(Block, attributes(block, input))]
pub fn block(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    block::expand(&item).unwrap_or_else(Error::into_compile_error).into()
}

/// What `output!` of the core crate calls, with the path of that crate before the arguments.
#[doc(hidden)]
#[proc_macro]
pub fn __output(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as text::Text);
    text::expand(&item).unwrap_or_else(Error::into_compile_error).into()
}
