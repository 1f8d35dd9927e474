//! Until when a certificate is valid: the one field of X.509 that a message needs.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of the validity of the first certificate in a PEM text; `None` where it is not one.
pub(super) fn valid_until(pem: &[u8]) -> Option<Timestamp> {
    let certificate = CertificateDer::pem_slice_iter(pem).next()?.ok()?;
    not_after(&certificate)
}

fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = value(der, &[SEQUENCE])?;
    let (mut fields, _) = value(certificate, &[SEQUENCE])?;
    if let Some((_, rest)) = value(fields, &[VERSION]) {
        fields = rest;
    }
    // Serial number, algorithm of the signature, issuer: then the validity.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, fields) = value(fields, &[tag])?;
    }
    let (validity, _) = value(fields, &[SEQUENCE])?;
    let times = [UTC_TIME, GENERALIZED_TIME];
    let (_, validity) = value(validity, &times)?;
    let tag = *validity.first()?;
    let (time, _) = value(validity, &times)?;
    let time = std::str::from_utf8(time).ok()?;
    let time = if tag == UTC_TIME {
        // Two digits of a year mean 1950 to 2049.
        let century = if time.get(..2)? < "50" { "20" } else { "19" };
        format!("{century}{time}")
    } else {
        time.to_owned()
    };
    let part = |range| time.get(range);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        part(12..14)?
    );
    text.parse().ok()
}

/// The content of a DER value that has one of these tags, and what follows it.
fn value<'a>(der: &'a [u8], tags: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (tag, rest) = der.split_first()?;
    if !tags.contains(tag) {
        return None;
    }
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length >= 0x80 {
        let count = length & 0x7f;
        if count > 4 || count > rest.len() {
            return None;
        }
        let (bytes, after) = rest.split_at(count);
        length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    (length <= rest.len()).then(|| rest.split_at(length))
}

#[cfg(test)]
mod tests {
    use rcgen::CertificateParams;
    use rcgen::KeyPair;

    use super::not_after;
    use super::valid_until;

    #[test]
    fn reads_the_end_in_both_spellings() {
        for (year, month, day, text) in
            [(2024, 2, 29, "2024-02-29T00:00:00Z"), (2051, 12, 31, "2051-12-31T00:00:00Z")]
        {
            let mut params = CertificateParams::new(vec!["api.example".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, month, day);
            let key = KeyPair::generate().unwrap();
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(valid_until(certificate.pem().as_bytes()).unwrap().to_string(), text);
            for length in 0..certificate.der().len() {
                _ = not_after(&certificate.der()[..length]);
            }
        }
        assert_eq!(valid_until(b"no certificate"), None);
    }
}
