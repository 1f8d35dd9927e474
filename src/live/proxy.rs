//! Which proxy leads to an API server, by the rules that kubectl goes by.

use std::net::IpAddr;

/// The proxies that the environment names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxySettings {
    /// `HTTPS_PROXY`, for servers with TLS.
    pub https: Option<String>,
    /// `HTTP_PROXY`, for servers without.
    pub http: Option<String>,
    /// `NO_PROXY`: hosts, domains, addresses and ranges to reach without a proxy.
    pub none: Option<String>,
}

impl ProxySettings {
    /// The proxy for a server. One on this machine is never reached by a proxy.
    pub fn of(&self, https: bool, host: &str, port: u16) -> Option<String> {
        let proxy = if https { &self.https } else { &self.http };
        let proxy = proxy.as_deref().filter(|proxy| !proxy.is_empty())?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        let local = host == "localhost" || address.is_some_and(|address| address.is_loopback());
        let listed = self.none.iter().flat_map(|list| list.split([',', ' ']));
        let mut listed = listed.map(str::trim).filter(|entry| !entry.is_empty());
        if local || listed.any(|entry| matches(entry, &host, address, port)) {
            return None;
        }
        Some(with_scheme(proxy))
    }
}

/// A proxy without a scheme speaks HTTP; names are always resolved by a SOCKS proxy itself.
pub(super) fn with_scheme(proxy: &str) -> String {
    match proxy.split_once("://") {
        None => format!("http://{proxy}"),
        Some(("socks5h", rest)) => format!("socks5://{rest}"),
        Some(_) => proxy.to_owned(),
    }
}

/// Whether an entry of `NO_PROXY` means this host.
fn matches(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some((network, length)) = entry.split_once('/') {
        let network: Option<IpAddr> = network.parse().ok();
        let length: Option<u32> = length.parse().ok();
        return matches!((network, length, address), (Some(network), Some(length), Some(address))
            if contains(network, length, address));
    }
    let entry = entry.to_ascii_lowercase();
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    if let Ok(other) = bare.parse::<IpAddr>() {
        return address == Some(other);
    }
    let (name, only) = match entry.rsplit_once(':') {
        Some((name, number)) if number.parse::<u16>().is_ok() => (name, number.parse().ok()),
        _ => (entry.as_str(), None),
    };
    if only.is_some_and(|only: u16| only != port) {
        return false;
    }
    let name = name.strip_prefix('*').unwrap_or(name);
    match name.strip_prefix('.') {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
    }
}

fn contains(network: IpAddr, length: u32, address: IpAddr) -> bool {
    let same = |left: u128, right: u128, bits: u32| {
        length <= bits && (length == 0 || (left ^ right) >> (bits - length) == 0)
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            same(network.to_bits().into(), address.to_bits().into(), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            same(network.to_bits(), address.to_bits(), 128)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::ProxySettings;

    fn settings(none: &str) -> ProxySettings {
        ProxySettings {
            https: Some("proxy.example:3128".into()),
            http: Some("socks5h://other.example:1080".into()),
            none: Some(none.into()),
        }
    }

    #[test]
    fn the_scheme_of_the_server_chooses() {
        let settings = settings("");
        assert_eq!(settings.of(true, "api.example", 6443).unwrap(), "http://proxy.example:3128");
        assert_eq!(settings.of(false, "api.example", 80).unwrap(), "socks5://other.example:1080");
        assert_eq!(ProxySettings::default().of(true, "api.example", 6443), None);
    }

    #[test]
    fn no_proxy_is_read_as_kubectl_reads_it() {
        for (none, host, direct) in [
            ("", "localhost", true),
            ("", "127.0.0.1", true),
            ("", "[::1]", true),
            ("*", "api.example", true),
            ("api.example", "api.example", true),
            ("API.example", "api.Example", true),
            ("example", "api.example", true),
            (".example", "api.example", true),
            (".example", "example", false),
            ("*.example", "api.example", true),
            ("ample", "api.example", false),
            ("other,  api.example", "api.example", true),
            ("api.example:6443", "api.example", true),
            ("api.example:443", "api.example", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.10", false),
            ("10.0.0.0/8", "10.99.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "11.0.0.1", true),
            ("10.0.0.0/99", "10.0.0.1", false),
            ("fd00::/8", "[fd12::1]", true),
            ("fd00::/8", "[fe12::1]", false),
            ("10.0.0.0/8", "ten.example", false),
        ] {
            let proxy = settings(none).of(true, host, 6443);
            assert_eq!(proxy.is_none(), direct, "{none} and {host}");
        }
    }
}
