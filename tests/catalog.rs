//! Walks what the embedded catalog states: sources, releases, the etcd matrix, components, skew.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;

use kubehop::catalog::Catalog;
use kubehop::component::Component;
use kubehop::version::EtcdMinor;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;
use serde_json::Value;

fn minor(number: u64) -> MinorVersion {
    MinorVersion::new(1, number)
}

fn version(text: &str) -> KubernetesVersion {
    text.parse().unwrap()
}

fn etcd(text: &str) -> EtcdVersion {
    text.parse().unwrap()
}

fn etcd_minor(text: &str) -> EtcdMinor {
    text.parse().unwrap()
}

#[test]
fn every_section_parses_and_every_fact_names_an_address() {
    fn walk(value: &Value, path: &str, count: &mut usize) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let path = format!("{path}.{key}");
                    if matches!(key.as_str(), "source" | "imagesSource" | "removalSource") {
                        let list = match value {
                            Value::Array(list) => list.clone(),
                            other => vec![other.clone()],
                        };
                        assert!(!list.is_empty(), "{path} is empty");
                        for source in list {
                            let address = source.as_str().unwrap();
                            assert!(address.starts_with("http"), "{path}: {address}");
                            assert!(!address.contains(' '), "{path}: {address}");
                        }
                        *count += 1;
                    } else {
                        walk(value, &path, count);
                    }
                }
                let needs = map.contains_key("verified") && !path.ends_with(".accepted");
                assert!(!needs || map.contains_key("source"), "{path} has no source");
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    walk(value, &format!("{path}[{index}]"), count);
                }
            }
            _ => {}
        }
    }
    let mut count = 0;
    walk(&Catalog::embedded().export().unwrap(), "", &mut count);
    assert!(count > 1000, "{count}");
}

#[test]
fn each_minor_is_in_every_section_that_is_per_minor() {
    let catalog = Catalog::embedded();
    let newest = catalog.releases().unwrap().newest().unwrap().minor;
    assert_eq!(newest, minor(37));
    for number in 19..=37 {
        let at = minor(number);
        let zero = KubernetesVersion::new(at, 0);
        assert!(catalog.releases().unwrap().minor(at).is_some(), "{at}");
        assert!(catalog.releases().unwrap().knows(&zero), "{at}");
        assert!(catalog.etcd().unwrap().kubeadm_default(&zero).is_some_and(|it| it.verified));
        assert!(catalog.etcd().unwrap().minimum(&zero).is_some(), "{at}");
        assert!(catalog.components().unwrap().minor(at).is_some(), "{at}");
        assert!(number < 20 || catalog.feature_gates().unwrap().per_minor(at).is_some(), "{at}");
    }
    assert!(catalog.releases().unwrap().announced().contains_key(&minor(38)));
}

#[test]
fn releases_ascend_with_their_dates() {
    let catalog = Catalog::embedded();
    let mut before = None;
    for release in catalog.releases().unwrap().minors() {
        let at = release.minor;
        assert!(before.is_none_or(|before: MinorVersion| before.next() == at), "{at}");
        before = Some(at);
        let dates: Vec<_> = release.patches.values().collect();
        assert!(dates.is_sorted(), "{at}: {:?}", release.patches);
        assert_eq!(release.patches.first_key_value().unwrap().1, &release.released, "{at}");
        for (number, patch) in release.patches.keys().enumerate() {
            assert_eq!(patch, &KubernetesVersion::new(at, number as u64), "no patch is missing");
        }
        let lifecycle =
            [Some(release.released), release.maintenance_start, Some(release.end_of_life)];
        assert!(lifecycle.into_iter().flatten().is_sorted(), "{at}");
        for patch in &release.unconfirmed {
            assert!(!release.knows(&patch.version) && !patch.note.is_empty(), "{at}");
        }
    }
    for (at, announced) in catalog.releases().unwrap().announced() {
        assert!(catalog.releases().unwrap().minor(*at).is_none());
        assert!(announced.tags.keys().all(|tag| tag.is_prerelease() && tag.minor() == *at));
    }
}

/// The ranges of the exported document: they touch, start at the .0 and exist.
fn contiguous(ranges: &Value, at: &str, catalog: &Catalog) {
    let releases = catalog.releases().unwrap();
    let ranges = ranges.as_array().unwrap();
    let mut next = Some(0);
    for range in ranges {
        let from = version(range["from"].as_str().unwrap());
        assert_eq!(from.minor().to_string(), at);
        assert_eq!(Some(from.patch()), next, "{at}: {range}");
        assert!(releases.knows(&from), "{from}");
        next = range["to"].as_str().map(|to| {
            let to = version(to);
            assert!(releases.knows(&to) && from <= to, "{at}: {range}");
            to.patch() + 1
        });
    }
    assert!(!ranges.is_empty(), "{at}");
}

#[test]
fn ranges_of_patches_are_contiguous_and_exist() {
    let catalog = Catalog::embedded();
    let export = catalog.export().unwrap();
    for (at, requirement) in export["etcd"]["kubernetes"].as_object().unwrap() {
        contiguous(&requirement["default"], at, &catalog);
        contiguous(&requirement["minimum"], at, &catalog);
        for key in ["default", "minimum"] {
            for range in requirement[key].as_array().unwrap() {
                let version = etcd(range["etcd"].as_str().unwrap());
                // etcd 3.2 is older than the list of releases.
                let old = version.minor() < etcd_minor("3.3");
                let matrix = catalog.etcd().unwrap();
                assert!(old || matrix.release(&version).is_some(), "{at}: {version}");
                if let Some(tag) = range.get("imageTag") {
                    assert_eq!(etcd(tag.as_str().unwrap()), version, "{at}");
                }
            }
        }
    }
    for (at, components) in export["components"]["kubernetes"].as_object().unwrap() {
        contiguous(&components["coredns"], at, &catalog);
        contiguous(&components["pause"], at, &catalog);
    }
}

#[test]
fn the_accepted_etcd_minors_run_from_the_minimum_to_the_default() {
    let catalog = Catalog::embedded();
    let matrix = catalog.etcd().unwrap();
    for at in matrix.kubernetes_minors() {
        let newest = catalog.releases().unwrap().minor(at).unwrap().newest().unwrap();
        let accepted = matrix.accepted(at).unwrap();
        assert!(!accepted.verified, "derived");
        let default = matrix.kubeadm_default(newest).unwrap().version.minor();
        assert_eq!(accepted.minors.last(), Some(&default), "{at}");
        let minimum = matrix.minimum(&KubernetesVersion::new(at, 0)).unwrap().version.minor();
        assert_eq!(accepted.minors.first(), Some(&minimum), "{at}");
    }
}

#[test]
fn etcd_patches_ascend_and_the_rules_speak_of_known_ones() {
    let catalog = Catalog::embedded();
    let matrix = catalog.etcd().unwrap();
    for (at, release) in matrix.releases() {
        assert!(release.patches.values().is_sorted(), "{at}: {:?}", release.patches);
        assert!(release.patches.keys().all(|patch| patch.minor() == *at), "{at}");
        assert_eq!(release.released, release.patches.values().next().copied(), "{at}");
        let recommended = matrix.recommended(*at).unwrap();
        assert!(release.patches.contains_key(&recommended), "{at}");
        assert!(matrix.faults(&recommended).all(|fault| !fault.verified), "{recommended}");
    }
    for entry in matrix.entries() {
        assert_eq!(entry.to, entry.from.next());
        for floor in entry.floor.iter().chain(&entry.safety_floor) {
            assert_eq!(floor.minor(), entry.from);
            assert!(matrix.release(floor).is_some(), "{floor}");
        }
        assert!(entry.safety_floor <= entry.floor);
        assert!(entry.history.iter().all(|old| matrix.release(&old.floor).is_some()));
        assert!(!entry.conditions.is_empty());
    }
    for fault in matrix.avoid() {
        assert!(fault.from <= fault.to && fault.from.minor() == fault.to.minor(), "{fault:?}");
        for end in [&fault.from, &fault.to].into_iter().chain(&fault.fixed_in) {
            assert!(matrix.release(end).is_some(), "{end}");
        }
        assert!(fault.fixed_in.iter().all(|fixed| *fixed > fault.to), "{fault:?}");
    }
}

#[test]
fn the_matrix_answers_as_documented() {
    let catalog = Catalog::embedded();
    let matrix = catalog.etcd().unwrap();
    for (kubernetes, default, verified) in [
        ("v1.22.16", "v3.5.0", true),
        ("v1.22.17", "v3.5.6", true),
        ("v1.33.5", "v3.5.21", true),
        ("v1.33.6+k3s1", "v3.5.24", true),
        ("v1.34.0", "v3.6.4", true),
        ("v1.34.12", "v3.6.5", false),
        ("v1.37.2", "v3.7.0", true),
        ("v1.37.99", "v3.7.0", false),
        ("v1.34.0-rc.1", "v3.6.4", false),
    ] {
        let answer = matrix.kubeadm_default(&version(kubernetes)).unwrap();
        assert_eq!((answer.version, answer.verified), (etcd(default), verified), "{kubernetes}");
        assert_eq!(answer.decided_by, "embedded");
    }
    assert_eq!(matrix.kubeadm_default(&version("v1.18.0")), None);
    for (kubernetes, minimum, verified) in [
        ("v1.27.16", "3.2.18", true),
        ("v1.31.2", "3.5.11", true),
        ("v1.31.14", "3.5.24", true),
        ("v1.33.5", "3.5.11", true),
        ("v1.33.6", "3.5.24", true),
        ("v1.33.13", "3.5.24", true),
        ("v1.34.1", "3.5.21", true),
        ("v1.34.10", "3.5.24", true),
        ("v1.34.13", "3.5.24", false),
        ("v1.36.6", "3.5.24", false),
        ("v1.37.2", "3.5.24", true),
    ] {
        let answer = matrix.minimum(&version(kubernetes)).unwrap();
        assert_eq!((answer.version, answer.verified), (etcd(minimum), verified), "{kubernetes}");
    }
    assert_eq!(matrix.stacked_minimum(minor(35)), None);
    assert_eq!(matrix.stacked_minimum(minor(37)).unwrap().etcd, etcd("3.6.0"));
    let to36 = matrix.entry(etcd_minor("3.5"), etcd_minor("3.6")).unwrap();
    assert_eq!((&to36.floor, &to36.safety_floor), (&Some(etcd("3.5.32")), &Some(etcd("3.5.26"))));
    let to37 = matrix.entry(etcd_minor("3.6"), etcd_minor("3.7")).unwrap();
    assert_eq!(to37.floor, Some(etcd("3.6.11")));
    assert_eq!(matrix.entry(etcd_minor("3.5"), etcd_minor("3.7")), None);
    assert!(matrix.downgrade(etcd_minor("3.6"), etcd_minor("3.5")).is_some());
    assert_eq!(matrix.renamed_flags().flags.len(), 23);
}

#[test]
fn the_recommended_patch_is_one_whose_image_is_known_to_exist() {
    let catalog = Catalog::embedded();
    let matrix = catalog.etcd().unwrap();
    for (at, recommended, newest) in [
        ("3.4", "3.4.45", "3.4.45"),
        ("3.5", "3.5.33", "3.5.35"),
        ("3.6", "3.6.14", "3.6.16"),
        ("3.7", "3.7.2", "3.7.3"),
    ] {
        let release = &matrix.releases()[&etcd_minor(at)];
        assert_eq!(release.patches.last_key_value().unwrap().0, &etcd(newest));
        assert_eq!(matrix.recommended(etcd_minor(at)), Some(etcd(recommended)));
        assert!(matrix.known_tag(&etcd(recommended)).is_some(), "{recommended}");
    }
    // No image of a good 3.3 is known: the newest good patch is better than none.
    assert_eq!(matrix.known_tag(&etcd("3.3.27")), None);
    assert_eq!(matrix.recommended(etcd_minor("3.3")), Some(etcd("3.3.27")));
    for (version, tag) in [
        ("3.4.9", Some("3.4.9-1")),
        ("3.5.24", Some("3.5.24-0")),
        ("3.7.0", Some("3.7.0-0")),
        ("3.6.14", Some("3.6.14-0")),
        ("3.6.10", None),
        ("3.7.3", None),
    ] {
        assert_eq!(matrix.known_tag(&etcd(version)), tag, "{version}");
    }
    for (at, release) in matrix.releases() {
        for (tag, image) in &release.images {
            let version = etcd(tag);
            assert!(release.patches.contains_key(&version) && version.minor() == *at, "{tag}");
            assert_eq!(matrix.known_tag(&version), Some(tag.as_str()));
            assert_eq!(image.decided_by, "embedded");
        }
    }
}

#[test]
fn components_answer_as_documented() {
    let catalog = Catalog::embedded();
    let components = catalog.components().unwrap();
    assert_eq!(components.coredns(&version("v1.31.0")).unwrap().tag, "v1.11.1");
    assert_eq!(components.coredns(&version("v1.31.9")).unwrap().tag, "v1.11.3");
    assert!(!components.coredns(&version("v1.37.5")).unwrap().verified);
    assert!(!components.has_package_repository(minor(23)));
    assert!(components.has_package_repository(minor(24)));
    assert!(components.has_package_repository(minor(38)), "minors to come are taken to be there");
    assert_eq!(components.kubeadm_config_api(minor(37)).unwrap().accepted, ["v1beta4"]);
    for (at, it) in components.minors() {
        let api = &it.kubeadm_config_api;
        assert!(api.accepted.contains(&api.preferred), "{at}");
        assert!(api.deprecated.iter().all(|old| api.accepted.contains(old)), "{at}");
    }
}

#[test]
fn skew_rules_cover_each_component_and_have_typed_exceptions() {
    let catalog = Catalog::embedded();
    let skew = catalog.skew().unwrap();
    let subjects: BTreeSet<_> = skew.rules.iter().map(|rule| rule.subject).collect();
    for component in Component::ALL {
        assert_eq!(subjects.contains(&component), component != Component::Etcd, "{component}");
    }
    let ids: BTreeSet<_> = skew.rules.iter().map(|rule| &rule.id).collect();
    assert_eq!(ids.len(), skew.rules.len());
    let kubelet = skew.rule("kubelet").unwrap();
    assert_eq!(kubelet.limits(minor(24)), (2, 0));
    assert_eq!(kubelet.limits(minor(25)), (3, 0));
    assert_eq!(skew.kubeadm.kubelet(minor(28)).unwrap().max_older, 1);
    assert_eq!(skew.kubeadm.kubelet(minor(29)).unwrap().max_older, 3);
    assert!((10..60).all(|number| skew.kubeadm.kubelet(minor(number)).is_some()));
}
