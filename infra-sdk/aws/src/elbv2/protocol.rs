//! The protocols of listeners and target groups.

use infra_core::choices;

choices! {
    /// A protocol. Application load balancers speak HTTP and HTTPS, gateway ones GENEVE, network ones the rest.
    pub enum Protocol {
        /// HTTP.
        Http = "HTTP",
        /// HTTP over TLS.
        Https = "HTTPS",
        /// TCP.
        Tcp = "TCP",
        /// TLS.
        Tls = "TLS",
        /// UDP.
        Udp = "UDP",
        /// TCP and UDP on one port.
        TcpUdp = "TCP_UDP",
        /// GENEVE, towards virtual appliances.
        Geneve = "GENEVE",
        /// QUIC.
        Quic = "QUIC",
        /// TCP and QUIC on one port.
        TcpQuic = "TCP_QUIC",
    }
}
