# The names of the nodes, one a line. A pool that the plan only counts has no list: put the label that
# selects its nodes into SELECTOR.
if [ ! -s "$LIST" ]; then
  kubectl get nodes -l "${SELECTOR:?no list and no label}" -o name | sed 's#^node/##' > "$LIST"
fi
if [ "$(wc -l < "$LIST")" -ne "$COUNT" ]; then echo "STOP: $LIST does not have $COUNT lines" >&2; exit 1; fi
xargs -r -d '\n' kubectl get nodes --no-headers < "$LIST" | wc -l
