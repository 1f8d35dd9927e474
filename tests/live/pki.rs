//! Certificates of a cluster: its authority, the server's own, and one for each user.
//!
//! Dates are fixed, so no clock is read: what is valid is valid until 2099, what has expired
//! expired in 2021.

use std::fs;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::path::Path;
use std::path::PathBuf;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::DnType;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rcgen::KeyUsagePurpose;
use rcgen::SanType;
use rcgen::date_time_ymd;

/// When a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// From 2020 until 2099.
    Now,
    /// Until 2021.
    Expired,
}

/// A certificate and its key, as PEM.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// The authority of one cluster, and the files that its server reads.
pub(crate) struct Pki {
    issuer: Issuer<'static, KeyPair>,
    /// The authority's own certificate, as PEM.
    pub(crate) authority: String,
    folder: PathBuf,
}

impl Pki {
    /// A new authority; what the server needs lies in `folder` afterwards.
    pub(crate) fn new(folder: &Path) -> Self {
        let mut parameters = parameters("live-ca", &[], Validity::Now);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().unwrap();
        let authority = parameters.self_signed(&key).unwrap().pem();
        let pki =
            Self { issuer: Issuer::new(parameters, key), authority, folder: folder.to_owned() };
        pki.write("ca.crt", &pki.authority);
        let server = pki.server();
        pki.write("server.crt", &server.certificate);
        pki.write("server.key", &server.key);
        let accounts = KeyPair::generate().unwrap();
        pki.write("sa.key", &accounts.serialize_pem());
        pki.write("sa.pub", &accounts.public_key_pem());
        pki
    }

    /// Where a file of the server lies: `ca.crt`, `server.crt`, `server.key`, `sa.key`, `sa.pub`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A certificate for a user. Kubernetes reads the user from the common name and the groups from
    /// the organizations.
    pub(crate) fn user(&self, name: &str, groups: &[&str], validity: Validity) -> Identity {
        self.sign(parameters(name, groups, validity), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn server(&self) -> Identity {
        let mut parameters = parameters("kube-apiserver", &[], Validity::Now);
        parameters.subject_alt_names = vec![
            SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            SanType::DnsName("localhost".try_into().unwrap()),
        ];
        self.sign(parameters, ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn sign(&self, mut parameters: CertificateParams, usage: ExtendedKeyUsagePurpose) -> Identity {
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap().pem();
        Identity { certificate, key: key.serialize_pem() }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }
}

fn parameters(name: &str, groups: &[&str], validity: Validity) -> CertificateParams {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    for group in groups {
        parameters.distinguished_name.push(DnType::OrganizationName, *group);
    }
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = match validity {
        Validity::Now => date_time_ymd(2099, 1, 1),
        Validity::Expired => date_time_ymd(2021, 1, 1),
    };
    parameters
}
