//! Addresses: two that share their first bits share as many afterwards, so networks and ranges survive.
//!
//! A bit is flipped or not by what the key says of the bits before it (as in Crypto-PAn). That makes the mapping a
//! permutation of all addresses which keeps every network together. No range that is set aside for documentation is
//! wide enough to hold such a mapping, so the results are any addresses; only what is special stays special.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Secret;

/// Networks that mean something to everybody, as first bits and how many: private, local, multicast, reserved (RFC 6890).
/// No bit on the way to one is flipped, so what is in one stays in it and nothing else comes into it.
const SPECIAL_V4: [(u32, u32); 8] = [
    (0x0a00_0000, 8),
    (0x6440_0000, 10),
    (0x7f00_0000, 8),
    (0xa9fe_0000, 16),
    (0xac10_0000, 12),
    (0xc0a8_0000, 16),
    (0xe000_0000, 4),
    (0xf000_0000, 4),
];
/// The same of IPv6; the first is everything global.
const SPECIAL_V6: [(u128, u32); 4] = [(0x2000 << 112, 3), (0xfc00 << 112, 7), (0xfe80 << 112, 10), (0xff00 << 112, 8)];

/// Whether the first `length` bits of an address are on the way to a special network, and so the next one stays.
fn stays_after(address: IpAddr, length: u32) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let differs = |network: u32| (v4.to_bits() ^ network).checked_shr(32 - length).unwrap_or(0) != 0;
            SPECIAL_V4.iter().any(|(network, bits)| length < *bits && !differs(*network))
        }
        IpAddr::V6(v6) => {
            let differs = |network: u128| (v6.to_bits() ^ network).checked_shr(128 - length).unwrap_or(0) != 0;
            SPECIAL_V6.iter().any(|(network, bits)| length < *bits && !differs(*network))
        }
    }
}

/// An address, or a range of them as an address and the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    pub address: IpAddr,
    pub prefix: Option<u8>,
    /// Whether it was written as an IPv6 address that stands for an IPv4 one, `::ffff:192.0.2.1`.
    pub in_ipv6: bool,
}

impl Network {
    /// Reads an IPv6 address that stands for an IPv4 one as the latter, so that both have the same pseudonym.
    pub fn new(address: IpAddr, prefix: Option<u8>) -> Self {
        if let IpAddr::V6(v6) = address
            && let Some(v4) = v6.to_ipv4_mapped()
            && prefix.is_none_or(|prefix| prefix >= 96)
        {
            return Self { address: v4.into(), prefix: prefix.map(|prefix| prefix - 96), in_ipv6: true };
        }
        Self { address, prefix, in_ipv6: false }
    }

    /// Whether it names a range by its first address, as ranges are written.
    fn is_range(&self) -> bool {
        self.prefix.is_some_and(|prefix| first(self.address, prefix) == self.address)
    }

    /// Whether it is so wide a range that it stays what it is, as `0.0.0.0/0` and `10.0.0.0/8` do.
    fn stays(&self) -> bool {
        let all_stay = |prefix: u8| (0..u32::from(prefix)).all(|length| stays_after(self.address, length));
        self.is_range() && self.prefix.is_some_and(all_stay)
    }

    /// This network at another address.
    fn at(&self, address: IpAddr) -> IpAddr {
        match self.prefix {
            Some(prefix) if self.is_range() => first(address, prefix),
            _ => address,
        }
    }
}

/// The pseudonyms of the addresses of one recording.
pub struct Addresses(HashMap<IpAddr, IpAddr>);

impl Addresses {
    /// Of several mappings by the same key the first that maps none of these to any of these, or the one that does it
    /// least: a recording that holds most of a network leaves no other place for it.
    pub fn new(secret: &Secret, networks: &BTreeSet<Network>) -> Self {
        /// Each try has its own chance; the least likely case needs a few.
        const TRIES: u8 = 32;

        let originals: HashSet<IpAddr> = networks.iter().filter(|one| !one.stays()).map(|one| one.address).collect();
        let mut best = (usize::MAX, HashMap::new());
        for number in 0..TRIES {
            let mut walk = Walk { secret, number, bytes: Vec::new(), blocks: Vec::new() };
            let mapped: HashMap<IpAddr, IpAddr> =
                networks.iter().map(|one| (one.address, walk.map(one.address))).collect();
            let faults = networks
                .iter()
                .filter(|one| !one.stays())
                .map(|one| one.at(mapped[&one.address]))
                .map(|new| if originals.contains(&new) { networks.len() + 1 } else { usize::from(is_odd(new)) })
                .sum();
            if faults < best.0 {
                best = (faults, mapped);
            }
            if faults == 0 {
                break;
            }
        }
        Self(best.1)
    }

    /// The pseudonym of one of them, as text.
    pub fn of(&self, network: &Network) -> String {
        let address = network.at(self.0.get(&network.address).copied().unwrap_or(network.address));
        let (address, before) = match address {
            IpAddr::V4(v4) if network.in_ipv6 => (IpAddr::V6(v4.to_ipv6_mapped()), 96),
            other => (other, 0),
        };
        network.prefix.map_or_else(|| address.to_string(), |prefix| format!("{address}/{}", prefix + before))
    }
}

/// The first address of a range.
fn first(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

/// Addresses that no client can have; avoided where there is another.
fn is_odd(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 0)
}

/// A walk over addresses in their order: what was drawn for the bytes that an address shares with the one before it is
/// not drawn again.
struct Walk<'a> {
    secret: &'a Secret,
    number: u8,
    bytes: Vec<u8>,
    blocks: Vec<[u8; 32]>,
}

impl Walk<'_> {
    fn map(&mut self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => self.bytes("IPv4", v4.octets(), |length| stays_after(address, length)).into(),
            IpAddr::V6(v6) => self.bytes("IPv6", v6.octets(), |length| stays_after(address, length)).into(),
        }
    }

    /// One draw of 256 bits for each byte decides all 255 bits that the bits before them can lead to.
    fn bytes<const N: usize>(&mut self, family: &str, bytes: [u8; N], stays: impl Fn(u32) -> bool) -> [u8; N] {
        let shared =
            if self.bytes.len() == N { self.bytes.iter().zip(bytes).take_while(|(a, b)| **a == *b).count() } else { 0 };
        self.blocks.truncate(if self.bytes.len() == N { shared + 1 } else { 0 });
        self.bytes = bytes.to_vec();
        for place in self.blocks.len()..N {
            let before = [&[self.number][..], &bytes[..place]].concat();
            self.blocks.push(self.secret.block(family, &before));
        }
        let mut mapped = bytes;
        for (place, byte) in (0_u32..).zip(&mut mapped) {
            *byte = flipped(*byte, &self.blocks[place as usize], |bit| stays(place * 8 + bit));
        }
        mapped
    }
}

/// A byte whose every bit is flipped or not by the bits before it.
fn flipped(byte: u8, block: &[u8; 32], stays: impl Fn(u32) -> bool) -> u8 {
    // The bits so far behind a leading one: a number for each way to get here.
    let mut way = 1_u8;
    let mut new = 0;
    for place in 0..8_u32 {
        let bit = byte >> (7 - place) & 1;
        let flip = if stays(place) { 0 } else { block[usize::from(way / 8)] >> (way % 8) & 1 };
        new = new << 1 | (bit ^ flip);
        way = way << 1 | bit;
    }
    new
}
