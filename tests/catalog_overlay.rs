//! The user's own data over the embedded ones: what it changes, and what is refused.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubehop::catalog::Catalog;
use kubehop::catalog::schema;
use kubehop::diagnostic::Diagnostic;
use kubehop::diagnostic::SourceFile;
use kubehop::version::EtcdMinor;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

const MATRIX: &str = "apiVersion: kubehop.dev/v1alpha1\nkind: EtcdMatrix\nmetadata: {name: ours}\n";
const CATALOG: &str = "apiVersion: kubehop.dev/v1alpha1\nkind: Catalog\nmetadata: {name: ours}\n";

fn matrix(body: &str) -> Result<Catalog, Diagnostic> {
    let file = SourceFile::new("matrix.yaml", format!("{MATRIX}{body}"));
    Catalog::embedded().with_etcd_matrix(&file)
}

fn overlay(body: &str) -> Result<Catalog, Diagnostic> {
    let file = SourceFile::new("ours.yaml", format!("{CATALOG}{body}"));
    Catalog::embedded().with_overlay(&file)
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
fn a_matrix_decides_and_its_name_is_kept() {
    let catalog = matrix(
        r#"
kubernetes:
  "1.34": {default: v3.6.12, minimum: v3.5.30, accepted: ["3.5", "3.6"]}
  "1.38": {default: v3.7.2}
entries:
- {from: "3.5", to: "3.6", floor: v3.5.30}
- {from: "3.7", to: "3.8", floor: v3.7.2, conditions: [all members healthy]}
releases:
  "3.6": {images: [3.6.15-0, v3.6.16, 3.6.17-0], v3.6.17: 2026-11-30}
avoid:
- {from: v3.6.17, to: v3.6.17, reason: it broke our staging}
recommended: {"3.5": v3.5.33}
"#,
    )
    .unwrap();
    let etcd_data = catalog.etcd().unwrap();
    let default = etcd_data.kubeadm_default(&version("v1.34.99")).unwrap();
    assert_eq!((default.version, default.verified), (etcd("v3.6.12"), true));
    assert_eq!(default.decided_by, "matrix.yaml");
    assert_eq!(etcd_data.minimum(&version("v1.34.3")).unwrap().version, etcd("v3.5.30"));
    assert!(etcd_data.accepted(MinorVersion::new(1, 34)).unwrap().verified);
    assert_eq!(etcd_data.kubeadm_default(&version("v1.33.0")).unwrap().decided_by, "embedded");
    let entry = etcd_data.entry(etcd_minor("3.5"), etcd_minor("3.6")).unwrap();
    assert_eq!(entry.floor, Some(etcd("v3.5.30")));
    assert_eq!(entry.safety_floor, Some(etcd("v3.5.26")), "not above the floor: it stays");
    assert_eq!(entry.decided_by, "matrix.yaml");
    assert!(!entry.conditions.is_empty(), "what is not given stays");
    assert!(etcd_data.entry(etcd_minor("3.7"), etcd_minor("3.8")).is_some());
    assert_eq!(etcd_data.recommended(etcd_minor("3.6")), Some(etcd("v3.6.16")), "v3.6.17 is bad");
    assert_eq!(etcd_data.recommended(etcd_minor("3.5")), Some(etcd("v3.5.33")));
    let [embedded, ours] = catalog.layers() else { panic!("{:?}", catalog.layers()) };
    assert_eq!(embedded.name, "embedded");
    assert_eq!(ours.name, "matrix.yaml");
    let line = "etcd 3.5 to 3.6: floor v3.5.30 (was v3.5.32)";
    assert!(ours.changed.iter().any(|changed| changed == line), "{:?}", ours.changed);
    assert_eq!(catalog.as_of().to_string(), "2026-11-30", "the newest date of the data");
}

#[test]
fn a_mirrored_image_makes_its_patch_a_stop() {
    let before = Catalog::embedded();
    assert_eq!(before.etcd().unwrap().recommended(etcd_minor("3.5")), Some(etcd("v3.5.33")));
    let body = "releases: {\"3.5\": {images: [\"3.5.35-0\", \"3.5.24-2\"]}}\n";
    for catalog in
        [matrix(body).unwrap(), overlay(&format!("etcd: {{{}}}\n", body.trim())).unwrap()]
    {
        let data = catalog.etcd().unwrap();
        assert_eq!(data.recommended(etcd_minor("3.5")), Some(etcd("v3.5.35")));
        assert_eq!(data.recommended(etcd_minor("3.6")), Some(etcd("v3.6.14")), "as before");
        assert_eq!(data.known_tag(&etcd("v3.5.35")), Some("3.5.35-0"));
        assert_eq!(data.known_tag(&etcd("v3.5.24")), Some("3.5.24-2"), "not that of kubeadm");
        let release = &data.releases()[&etcd_minor("3.5")];
        assert_eq!(release.images["3.5.35-0"].decided_by, catalog.layers()[1].name);
        assert!(release.patches.len() > 30, "what is not given stays");
        assert!(catalog.layers()[1].changed.contains(&"etcd image 3.5.35-0: exists".to_owned()));
        assert_ne!(catalog.digest(), before.digest());
    }
}

#[test]
fn a_minor_that_the_program_does_not_know_can_be_loaded() {
    let catalog = overlay(
        r#"
releases:
  "1.37": {patches: {v1.37.3: 2026-11-10}}
  "1.38":
    released: 2026-12-16
    endOfLife: 2028-02-28
    patches: {v1.38.0: 2026-12-16}
    source: [https://kubernetes.io/releases/]
etcd:
  kubernetes: {"1.38": {default: v3.7.2, minimum: v3.6.0}}
featureGates:
  "1.38": {removed: [KubeletTracing]}
hazards:
- id: ours-138
  hop: "1.38"
  component: workload
  severity: warning
  applies: {provider: kubeadm}
  title: our admission policy
  breaks: it refuses new pods
  detect: {command: kubectl get pods, meaning: look}
  fix: ask the platform team
  source: [CHG-4711]
  verified: true
knownBad:
- id: ours-1370
  component: kubelet
  affected: [{from: v1.37.0, to: v1.37.1}]
  fixedIn: [v1.37.2]
  action: avoid
  impact: outage
  what: it met our storage driver
  source: [CHG-4712]
  basis: issue
  verified: true
"#,
    )
    .unwrap();
    let releases = catalog.releases().unwrap();
    assert_eq!(releases.newest().unwrap().minor, MinorVersion::new(1, 38));
    assert!(releases.announced().is_empty());
    assert!(releases.knows(&version("v1.37.3")));
    assert!(releases.minor(MinorVersion::new(1, 37)).unwrap().unconfirmed.is_empty());
    let default = catalog.etcd().unwrap().kubeadm_default(&version("v1.38.0")).unwrap();
    assert_eq!(default.version, etcd("v3.7.2"));
    let hazards = catalog.hazards().unwrap();
    assert!(hazards.of_hop(MinorVersion::new(1, 38)).any(|hazard| hazard.id == "ours-138"));
    let hits = catalog.known_bad().unwrap().hits(&version("v1.37.1"));
    assert!(hits.iter().any(|entry| entry.id == "ours-1370"));
    let gates = catalog.feature_gates().unwrap().per_minor(MinorVersion::new(1, 38)).unwrap();
    assert_eq!(gates.removed, ["KubeletTracing"]);
    assert!(catalog.components().unwrap().has_package_repository(MinorVersion::new(1, 38)));
    assert!(
        catalog.layers()[1]
            .changed
            .iter()
            .any(|line| line == "Kubernetes v1.37.3: released 2026-11-10")
    );
}

#[test]
fn the_digest_follows_the_values_and_not_their_layout() {
    let digest = |body: &str| matrix(body).unwrap().digest();
    let embedded = Catalog::embedded().digest();
    assert_eq!(embedded.len(), "sha256:".len() + 64);
    let one = digest("recommended: {\"3.6\": v3.6.14}\n");
    assert_ne!(one, embedded);
    assert_ne!(one, digest("recommended: {\"3.6\": v3.6.15}\n"));
    assert_eq!(one, digest("# why\nrecommended:\n  \"3.6\": v3.6.14\n"));
}

#[test]
fn a_bad_matrix_is_refused_with_path_and_remedy() {
    for (body, message, path, help) in [
        ("kubernets: {}\n", "unknown field `kubernets`", None, "did you mean `kubernetes`?"),
        ("kubernetes: {1.30: {default: v3.5.9}}\n", "number 1.3 to YAML", None, ""),
        (
            "entries: [{from: \"3.5\", to: \"3.7\"}]\n",
            "etcd 3.7 does not follow etcd 3.5",
            Some("entries[0].to"),
            "one minor at a time",
        ),
        (
            "entries: [{from: \"3.5\", to: \"3.6\", floor: v3.6.1}]\n",
            "the floor `v3.6.1` is not a patch of etcd 3.5",
            Some("entries[0].floor"),
            "the minor that is left",
        ),
        (
            "entries: [{from: \"3.5\", to: \"3.6\", floor: v3.5.99}]\n",
            "the floor `v3.5.99` is not a known patch of etcd 3.5",
            Some("entries[0].floor"),
            "under `releases`",
        ),
        (
            "entries: [{from: \"3.5\", to: \"3.6\", floor: v3.5.30, safetyFloor: v3.5.31}]\n",
            "the safety floor `v3.5.31` is newer than the floor",
            Some("entries[0].safetyFloor"),
            "must not be newer",
        ),
        (
            "entries: [{from: \"3.5\", to: \"3.6\"}, {from: \"3.5\", to: \"3.6\"}]\n",
            "etcd 3.5 to 3.6 is given twice",
            Some("entries[1]"),
            "keep one",
        ),
        (
            "kubernetes: {\"1.34\": {default: v3.6.5, minimum: v3.6.6}}\n",
            "the minimum `v3.6.6` is newer than the default `v3.6.5`",
            Some("kubernetes.\"1.34\".minimum"),
            "must not be newer",
        ),
        (
            "kubernetes: {\"1.34\": {default: v3.7.1, accepted: [\"3.6\"]}}\n",
            "the default `v3.7.1` is of etcd 3.7, which is not accepted",
            Some("kubernetes.\"1.34\".default"),
            "under `accepted`",
        ),
        (
            "kubernetes: {\"1.34\": {accepted: []}}\n",
            "no etcd minor is accepted",
            Some("kubernetes.\"1.34\".accepted"),
            "name at least one",
        ),
        (
            "releases: {\"3.6\": {v3.5.40: 2026-12-01}}\n",
            "`v3.5.40` is not a patch of etcd 3.6",
            Some("releases.\"3.6\".v3.5.40"),
            "its own minor",
        ),
        (
            "releases: {\"3.6\": {v3.6.17: 2026-01-01}}\n",
            "`v3.6.17` of 2026-01-01 is older than `v3.6.16` of 2026-10-22",
            Some("releases.\"3.6\""),
            "correct the date",
        ),
        ("releases: {\"3.6\": {v3.6.17: soon}}\n", "releases.3.6", None, ""),
        (
            "avoid: [{from: v3.6.4, to: v3.6.1, reason: x}]\n",
            "`v3.6.4` to `v3.6.1` is not a range",
            Some("avoid[0]"),
            "the first and the last",
        ),
        (
            "avoid: [{from: v3.6.1, to: v3.6.4, reason: \" \"}]\n",
            "the reason is empty",
            Some("avoid[0].reason"),
            "say what happens",
        ),
        (
            "recommended: {\"3.6\": v3.7.1}\n",
            "`v3.7.1` is not a patch of etcd 3.6",
            Some("recommended.\"3.6\""),
            "the minor that is the key",
        ),
        (
            "recommended: {\"3.6\": v3.6.77}\n",
            "no such patch is known",
            Some("recommended.\"3.6\""),
            "under `releases`",
        ),
        (
            "recommended: {\"3.6\": v3.6.3}\navoid: [{from: v3.6.1, to: v3.6.4, reason: x}]\n",
            "etcd `v3.6.3` is recommended and to be avoided",
            Some("recommended.\"3.6\""),
            "narrow the range",
        ),
    ] {
        check(matrix(body).unwrap_err(), "matrix.yaml", message, path, help);
    }
}

#[test]
fn an_image_that_cannot_be_one_is_refused() {
    for (body, message, path, help) in [
        ("releases: {\"3.6\": {image: []}}\n", "`image` is not an etcd version", None, ""),
        (
            "releases: {\"3.6\": {images: [3.5.35-0]}}\n",
            "`3.5.35-0` is not an image tag of etcd 3.6",
            Some("releases.\"3.6\".images[0]"),
            "such as `3.5.21-0`",
        ),
        (
            "releases: {\"3.6\": {images: [3.6.14-0, \"3.6.14-0+a;b\"]}}\n",
            "`3.6.14-0+a;b` is not an image tag of etcd 3.6",
            Some("releases.\"3.6\".images[1]"),
            "starts with a patch of the minor",
        ),
        (
            "releases: {\"3.6\": {images: [3.6.77-0]}}\n",
            "the image `3.6.77-0` is of a patch of etcd that is not known",
            Some("releases.\"3.6\".images[0]"),
            "beside `images`",
        ),
    ] {
        check(matrix(body).unwrap_err(), "matrix.yaml", message, path, help);
    }
}

#[test]
fn a_bad_catalog_is_refused_with_path_and_remedy() {
    let bad = "component: kubelet\n  fixedIn: []\n  action: avoid\n  impact: outage\n  what: x\n  basis: issue\n  verified: true\n";
    for (body, message, path, help) in [
        (
            "releases: {\"1.38\": {patches: {v1.38.0: 2026-12-16}}}\n".to_owned(),
            "Kubernetes 1.38 is new here and not described completely",
            Some("releases.\"1.38\""),
            "requires `released`, `endOfLife` and `patches`",
        ),
        (
            "releases: {\"1.40\": {released: 2027-08-01, endOfLife: 2028-10-01, patches: {v1.40.0: 2027-08-01}}}\n".to_owned(),
            "Kubernetes 1.40 does not follow a minor that is known",
            Some("releases.\"1.40\""),
            "add the minors between",
        ),
        (
            "releases: {\"1.37\": {patches: {v1.36.9: 2026-12-01}}}\n".to_owned(),
            "`v1.36.9` is not a release of Kubernetes 1.37",
            Some("releases.\"1.37\".patches"),
            "its own minor",
        ),
        (
            "releases: {\"1.37\": {patches: {v1.37.3: 2026-09-01}}}\n".to_owned(),
            "`v1.37.3` of 2026-09-01 is older than `v1.37.2` of 2026-10-27",
            Some("releases.\"1.37\".patches"),
            "correct the date",
        ),
        (
            "releases: {\"1.37\": {endOfLife: 2020-01-01}}\n".to_owned(),
            "the dates of Kubernetes 1.37 are not in order",
            Some("releases.\"1.37\""),
            "then `endOfLife`",
        ),
        (
            format!("knownBad:\n- id: a\n  affected: [{{from: v1.37.1, to: v1.37.0}}]\n  source: [x]\n  {bad}"),
            "`a` has no range, or one that ends before it starts",
            Some("knownBad[0].affected"),
            "`from` and `to`",
        ),
        (
            format!("knownBad:\n- id: a\n  affected: [{{from: v1.37.0, to: v1.37.1}}]\n  source: []\n  {bad}"),
            "`a` names no source",
            Some("knownBad[0].source"),
            "an address, or a ticket",
        ),
        (
            format!("knownBad:\n- id: a\n  affected: [{{from: latest, to: v1.37.1}}]\n  source: [x]\n  {bad}"),
            "`latest` is not a Kubernetes version",
            None,
            "",
        ),
        (
            "hazards: [{id: a, hop: 1.3, component: etcd}]\n".to_owned(),
            "number 1.3 to YAML",
            None,
            "",
        ),
        (
            "hazards: [{id: a, hop: any, applies: {os: beos}}]\n".to_owned(),
            "unknown variant `beos`",
            None,
            "",
        ),
        (
            "etcd: {entries: [{from: \"3.5\", to: \"3.6\", floor: v3.4.1}]}\n".to_owned(),
            "the floor `v3.4.1` is not a patch of etcd 3.5",
            Some("etcd.entries[0].floor"),
            "the minor that is left",
        ),
    ] {
        check(overlay(&body).unwrap_err(), "ours.yaml", message, path, help);
    }
}

#[test]
fn the_wrong_kind_is_named() {
    let file = SourceFile::new("x.yaml", CATALOG);
    let error = Catalog::embedded().with_etcd_matrix(&file).unwrap_err();
    assert!(error.message.contains("requires kind `EtcdMatrix`"), "{error}");
    let file = SourceFile::new("x.yaml", CATALOG.replace("v1alpha1", "v9"));
    let error = Catalog::embedded().with_overlay(&file).unwrap_err();
    assert!(error.message.contains("kubehop.dev/v1alpha1"), "{error}");
}

fn check(error: Diagnostic, file: &str, message: &str, path: Option<&str>, help: &str) {
    let text = error.render(false);
    let place = error.place.unwrap();
    assert_eq!(place.file.name(), file);
    assert!(text.contains(message), "`{message}` is missing in\n{text}");
    if let Some(path) = path {
        assert_eq!(place.path.as_deref(), Some(path), "{text}");
    }
    assert!(error.help.unwrap_or_default().contains(help), "`{help}` is missing in\n{text}");
}

#[test]
fn the_schemas_name_every_key_and_refuse_others() {
    for (schema, keys) in [
        (schema::etcd_matrix(), ["kubernetes", "entries", "releases", "avoid", "recommended"]),
        (schema::catalog(), ["releases", "etcd", "hazards", "knownBad", "removedFlags"]),
    ] {
        assert_eq!(schema["additionalProperties"], false);
        for key in keys {
            assert!(schema["properties"][key]["description"].is_string(), "{key}");
        }
        let text = schema.to_string();
        assert!(text.contains("kubehop.dev/v1alpha1"));
        let release = &schema["$defs"]["EtcdReleaseOverlay"];
        assert_eq!(release["properties"]["images"]["items"]["type"], "string", "{release}");
        assert_eq!(release["additionalProperties"], false, "{release}");
    }
}
