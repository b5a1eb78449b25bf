//! Packets with their IP headers, from one address to another.

use std::net::{IpAddr, SocketAddr};

use etherparse::err::packet::BuildVecWriteError;
use etherparse::icmpv4::DestUnreachableHeader;
use etherparse::icmpv6::DestUnreachableCode;
use etherparse::{Icmpv4Type, Icmpv6Type, IpHeaders, PacketBuilder, PacketBuilderStep, TcpHeader, UdpHeader};

/// Where a packet comes from and where it goes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
}

impl Route {
    pub(super) const fn back(self) -> Self {
        Self { from: self.to, to: self.from }
    }

    /// A TCP segment; the header's ports and checksum are set here.
    pub(super) fn segment(self, header: TcpHeader, payload: &[u8]) -> Result<Vec<u8>, BuildVecWriteError> {
        let ports = TcpHeader { source_port: self.from.port(), destination_port: self.to.port(), ..header };
        let mut packet = Vec::new();
        self.ip().tcp_header(ports).write_to_vec(&mut packet, payload)?;
        Ok(packet)
    }

    pub(super) fn datagram(self, payload: &[u8]) -> Result<Vec<u8>, BuildVecWriteError> {
        let mut packet = Vec::new();
        self.ip().udp(self.from.port(), self.to.port()).write_to_vec(&mut packet, payload)?;
        Ok(packet)
    }

    /// That nobody listens at the port to which a datagram was sent. The beginning of that datagram is quoted.
    pub(super) fn unreachable(self, datagram: &[u8]) -> Result<Vec<u8>, BuildVecWriteError> {
        let mut packet = Vec::new();
        let quoted = |ip_header: usize| &datagram[..datagram.len().min(ip_header + UdpHeader::LEN)];
        match self.from.ip() {
            IpAddr::V4(_) => {
                let kind = Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Port);
                self.ip().icmpv4(kind).write_to_vec(&mut packet, quoted(20))?;
            }
            IpAddr::V6(_) => {
                let kind = Icmpv6Type::DestinationUnreachable(DestUnreachableCode::Port);
                self.ip().icmpv6(kind).write_to_vec(&mut packet, quoted(40))?;
            }
        }
        Ok(packet)
    }

    /// The octets of the IP and TCP headers, which a segment has beside its payload.
    pub(super) const fn headers(self) -> u16 {
        match self.from {
            SocketAddr::V4(_) => 40,
            SocketAddr::V6(_) => 60,
        }
    }

    fn ip(self) -> PacketBuilderStep<IpHeaders> {
        match (self.from.ip(), self.to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), HOPS),
            (from, to) => PacketBuilder::ipv6(mapped(from), mapped(to), HOPS),
        }
    }
}

/// What most systems begin with.
const HOPS: u8 = 64;

fn mapped(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
