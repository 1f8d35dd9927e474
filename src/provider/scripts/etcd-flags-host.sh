# The same in your patches, if you use any: put their directory here if it is another one.
patches=/etc/kubernetes/patches
places=$(ls -d "$patches"@FILES@ 2>/dev/null || true)
if [ -n "$places" ] && grep -rnE -- '@PATTERN@' $places; then echo 'STOP: remove these first' >&2; exit 1; fi
echo clean
