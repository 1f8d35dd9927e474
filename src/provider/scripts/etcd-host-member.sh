if systemctl cat etcd >/dev/null 2>&1; then
@BINARY@
else
@POD@
fi
