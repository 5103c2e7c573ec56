//! What is to be drafted, as the command line says it.

use std::ffi::OsString;

/// A resource to draft.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The service's folder, as in `ec2`.
    pub(crate) service: String,
    /// The Rust type, as in `Subnet`.
    pub(crate) name: String,
    /// AWS's type, as in `AWS::EC2::Subnet`.
    pub(crate) cloud: String,
}

impl Order {
    /// Reads the arguments; an error is what to say before the usage, and empty where help was asked for.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Order, String> {
        let mut words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
        if words.iter().any(|word| matches!(*word, "--help" | "-h")) {
            return Err(String::new());
        }
        let cloud = match words.iter().position(|word| *word == "--cloud") {
            Some(at) if at + 1 < words.len() => words.drain(at..=at + 1).nth(1).map(str::to_owned),
            _ => None,
        };
        let (Some(cloud), [service, name]) = (cloud, words.as_slice()) else {
            return Err("error: name a service, a Rust type and, with `--cloud`, AWS's type\n\n".into());
        };
        let order = Order { service: (*service).to_owned(), name: (*name).to_owned(), cloud };
        order.wrong().map_or(Ok(order), |why| Err(format!("error: {why}\n\n")))
    }

    fn wrong(&self) -> Option<String> {
        let alphanumeric = |text: &str| text.chars().all(|char| char.is_ascii_alphanumeric());
        let camel = self.name.starts_with(|first: char| first.is_ascii_uppercase()) && alphanumeric(&self.name);
        let folder = !self.service.is_empty() && alphanumeric(&self.service) && self.service.to_lowercase() == self.service;
        let parts: Vec<_> = self.cloud.split("::").collect();
        match () {
            () if !folder => Some(format!("`{}` is no service: name a folder such as ec2", self.service)),
            () if !camel => Some(format!("`{}` is no Rust type: name one such as Subnet", self.name)),
            () if parts.len() != 3 || parts[0] != "AWS" => {
                Some(format!("`{}` is no type of AWS: name one such as AWS::EC2::Subnet", self.cloud))
            }
            () => None,
        }
    }

    /// The name in snake case, which is that of the file.
    pub(crate) fn module(&self) -> String {
        let mut module = String::new();
        for char in self.name.chars() {
            if char.is_ascii_uppercase() && !module.is_empty() {
                module.push('_');
            }
            module.push(char.to_ascii_lowercase());
        }
        module
    }

    /// The module of its test.
    pub(crate) fn test(&self) -> String {
        format!("{}_{}", self.service, self.module())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Order, String> {
        Order::read(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn an_order_is_read_wherever_the_option_stands() {
        let order = Order { service: "ec2".into(), name: "VpcPeering".into(), cloud: "AWS::EC2::VPCPeering".into() };
        assert_eq!((order.module().as_str(), order.test().as_str()), ("vpc_peering", "ec2_vpc_peering"));
        assert_eq!(read("ec2 VpcPeering --cloud AWS::EC2::VPCPeering").as_ref(), Ok(&order));
        assert_eq!(read("--cloud AWS::EC2::VPCPeering ec2 VpcPeering").as_ref(), Ok(&order));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(read("ec2 Subnet").unwrap_err().contains("--cloud"));
        assert!(read("ec2 Subnet --cloud").unwrap_err().contains("--cloud"));
        assert!(read("ec2 subnet --cloud AWS::EC2::Subnet").unwrap_err().contains("`subnet` is no Rust type"));
        assert!(read("../ec2 Subnet --cloud AWS::EC2::Subnet").unwrap_err().contains("is no service"));
        assert!(read("ec2 Subnet --cloud EC2::Subnet").unwrap_err().contains("is no type of AWS"));
        assert_eq!(read("--help"), Err(String::new()));
    }
}
