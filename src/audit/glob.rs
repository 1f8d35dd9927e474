//! Patterns of a baseline: `*` is any text, `?` any character, everything else itself.

/// Whether the whole text is as the pattern says. Takes time in the product of both lengths at most.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // Where the last star stands, and how much of the text it covers.
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(char) if *char == '?' || *char == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((place, covered)) = star else { return false };
                star = Some((place, covered + 1));
                at = place + 1;
                seen = covered + 1;
            }
        }
    }
    pattern[at..].iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_marks() {
        for (pattern, text, expected) in [
            ("etcd", "etcd", true),
            ("etcd", "etcd member", false),
            ("*", "", true),
            ("kubelet * of pool batch", "kubelet v1.26.15 of pool batch", true),
            ("kubelet * of pool batch", "kubelet v1.26.15 of pool batch-2", false),
            ("*pool*", "kubelet v1 of pool x", true),
            ("v1.?", "v1.3", true),
            ("v1.?", "v1.30", false),
            ("[ab]", "a", false),
            ("*a*b*c", "xxaxxbxxbxc", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
        let (pattern, text) = ("*a".repeat(200), "a".repeat(2_000) + "b");
        assert!(!matches(&pattern, &text), "no pattern takes forever");
    }
}
