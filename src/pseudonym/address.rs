//! Pseudonyms of addresses: two that share their first bits share as many afterwards, so networks and ranges survive.
//!
//! Each bit is flipped or kept as the secret says for the bits before it (as in Crypto-PAn). The mapping is a permutation of
//! all addresses that keeps every network together. No range for documentation is wide enough for such a mapping, so the
//! results are any addresses; only special networks stay special.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::secret::Secret;

/// A network as its first bits, left-aligned, and their number.
type Prefix = (u128, u32);

const fn ipv4(a: u8, b: u8, length: u32) -> Prefix {
    ((a as u128) << 120 | (b as u128) << 112, length)
}

/// The networks with a meaning: private, local, multicast, reserved (RFC 6890). No bit that leads to one is flipped, so that
/// an address inside stays inside, and no other address moves in.
const SPECIAL_IPV4: [Prefix; 8] = [
    ipv4(10, 0, 8),
    ipv4(100, 64, 10),
    ipv4(127, 0, 8),
    ipv4(169, 254, 16),
    ipv4(172, 16, 12),
    ipv4(192, 168, 16),
    ipv4(224, 0, 4),
    ipv4(240, 0, 4),
];
/// The networks of IPv6 with a meaning; the first is everything global.
const SPECIAL_IPV6: [Prefix; 4] = [(0x2000 << 112, 3), (0xfc00 << 112, 7), (0xfe80 << 112, 10), (0xff00 << 112, 8)];

/// The first bits of an address, left-aligned.
fn first_bits(address: IpAddr, length: u32) -> u128 {
    let bits = match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    };
    bits & mask(length)
}

fn mask(length: u32) -> u128 {
    u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

/// Whether the bit after the first `length` bits of an address is kept, because these lead to a special network.
fn is_kept(address: IpAddr, length: u32) -> bool {
    let special = if address.is_ipv4() { &SPECIAL_IPV4[..] } else { &SPECIAL_IPV6[..] };
    let first = first_bits(address, length);
    special.iter().any(|(network, bits)| length < *bits && network & mask(length) == first)
}

/// An address, or a range as an address and the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    pub address: IpAddr,
    pub prefix: Option<u8>,
    /// Whether it was written as an IPv4-mapped IPv6 address, such as `::ffff:192.0.2.1`.
    pub is_mapped: bool,
}

impl Network {
    /// The network; an IPv4-mapped IPv6 address as the IPv4 address, so that both have the same pseudonym.
    pub fn new(address: IpAddr, prefix: Option<u8>) -> Self {
        if let IpAddr::V6(v6) = address
            && let Some(v4) = v6.to_ipv4_mapped()
            && prefix.is_none_or(|prefix| prefix >= 96)
        {
            return Self { address: v4.into(), prefix: prefix.map(|prefix| prefix - 96), is_mapped: true };
        }
        Self { address, prefix, is_mapped: false }
    }

    /// Whether it is a range that is written with its first address, as ranges are.
    fn is_range(&self) -> bool {
        self.prefix.is_some_and(|prefix| first_address(self.address, prefix) == self.address)
    }

    /// Whether it is so wide a range that all its bits are kept, such as `0.0.0.0/0` and `10.0.0.0/8`.
    fn stays(&self) -> bool {
        let all_kept = |prefix: u8| (0..u32::from(prefix)).all(|length| is_kept(self.address, length));
        self.is_range() && self.prefix.is_some_and(all_kept)
    }

    /// The address of this network when it is moved to another address.
    fn moved_to(&self, address: IpAddr) -> IpAddr {
        match self.prefix {
            Some(prefix) if self.is_range() => first_address(address, prefix),
            _ => address,
        }
    }
}

/// The first address of a range.
fn first_address(address: IpAddr, prefix: u8) -> IpAddr {
    let bits = first_bits(address, prefix.into());
    match address {
        IpAddr::V4(_) => Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap_or_default()).into(),
        IpAddr::V6(_) => Ipv6Addr::from_bits(bits).into(),
    }
}

/// The pseudonyms of the addresses of one recording.
pub struct AddressMapping(HashMap<IpAddr, IpAddr>);

impl AddressMapping {
    /// The first of several mappings that gives no original as a pseudonym, or the one that does so least: a recording that
    /// holds most of a network leaves no other place for it.
    pub fn new(secret: &Secret, networks: &BTreeSet<Network>) -> Self {
        /// The most unfavourable recordings need a few.
        const MAPPINGS: u8 = 32;

        let movable = || networks.iter().filter(|network| !network.stays());
        let originals: HashSet<IpAddr> = movable().map(|network| network.address).collect();
        let mut best = (usize::MAX, HashMap::new());
        for number in 0..MAPPINGS {
            let mut flips = BitFlips { secret, number, blocks: HashMap::new() };
            let mapped: HashMap<IpAddr, IpAddr> =
                networks.iter().map(|network| (network.address, flips.apply(network.address))).collect();
            let faults = movable().map(|network| {
                let pseudonym = network.moved_to(mapped[&network.address]);
                // No client can have an address that begins with 0.
                let is_odd = matches!(pseudonym, IpAddr::V4(v4) if v4.octets()[0] == 0);
                if originals.contains(&pseudonym) { networks.len() + 1 } else { usize::from(is_odd) }
            });
            let faults = faults.sum();
            if faults < best.0 {
                best = (faults, mapped);
            }
            if faults == 0 {
                break;
            }
        }
        Self(best.1)
    }

    /// The pseudonym of a network, as text.
    pub fn pseudonym(&self, network: &Network) -> String {
        let address = network.moved_to(self.0.get(&network.address).copied().unwrap_or(network.address));
        let (address, added) = match address {
            IpAddr::V4(v4) if network.is_mapped => (IpAddr::V6(v4.to_ipv6_mapped()), 96),
            other => (other, 0),
        };
        network.prefix.map_or_else(|| address.to_string(), |prefix| format!("{address}/{}", prefix + added))
    }
}

/// One of the mappings: which bit is flipped, by the bits before it.
struct BitFlips<'a> {
    secret: &'a Secret,
    number: u8,
    /// For the bytes before a byte, a flip for each way that the bits within the byte can lead.
    blocks: HashMap<(&'static str, Vec<u8>), [u8; 32]>,
}

impl BitFlips<'_> {
    fn apply(&mut self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => self.apply_to_bytes("IPv4", address, v4.octets()).into(),
            IpAddr::V6(v6) => self.apply_to_bytes("IPv6", address, v6.octets()).into(),
        }
    }

    fn apply_to_bytes<const N: usize>(&mut self, family: &'static str, address: IpAddr, bytes: [u8; N]) -> [u8; N] {
        let mut mapped = bytes;
        for (index, first_bit) in (0..N).zip((0..).step_by(8)) {
            let before = [&[self.number][..], &bytes[..index]].concat();
            let draw = |(family, before): &(&str, Vec<u8>)| self.secret.block(family, before);
            let block = self.blocks.entry((family, before)).or_insert_with_key(draw);
            mapped[index] = flip(bytes[index], block, |bit| is_kept(address, first_bit + bit));
        }
        mapped
    }
}

/// A byte with each bit flipped or kept by the bits before it.
fn flip(byte: u8, block: &[u8; 32], is_kept: impl Fn(u32) -> bool) -> u8 {
    // The bits so far behind a leading 1: a different number for each way that leads here.
    let mut way = 1_u8;
    let mut flipped = 0;
    for place in 0..8_u32 {
        let bit = byte >> (7 - place) & 1;
        let flip = if is_kept(place) { 0 } else { block[usize::from(way / 8)] >> (way % 8) & 1 };
        flipped = flipped << 1 | (bit ^ flip);
        way = way << 1 | bit;
    }
    flipped
}
