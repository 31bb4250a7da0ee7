# Read by the scripts of this folder: finds the Python that their environments are made with.

# find_python CALLER: set $python to a Python that can make environments, or say in one sentence why there is none.
# RETURNEES_PYTHON, when set, is the only one considered.
find_python() {
    found=""
    without_venv=""
    for candidate in ${RETURNEES_PYTHON:+"$RETURNEES_PYTHON"} python3 python3.13 python3.12 python3.11; do
        release=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || release=""
        if [ -n "$release" ]; then
            if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
                found="$found${found:+, }$release ($candidate)"
            elif ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
                without_venv="$candidate"
            else
                python="$candidate"
                return 0
            fi
        fi
        if [ -n "${RETURNEES_PYTHON:-}" ]; then
            found="${found:-no Python that runs ($RETURNEES_PYTHON)}, as RETURNEES_PYTHON says"
            break
        fi
    done
    if [ -n "$without_venv" ]; then
        echo "$1: $without_venv cannot make environments, as its venv or ensurepip module is missing;" \
            "install it (on Debian and Ubuntu: apt install python3-venv) and run this again." >&2
    else
        echo "$1: Python 3.11 or newer is needed, found ${found:-none};" \
            "install one, or name one in RETURNEES_PYTHON, and run this again." >&2
    fi
    exit 2
}
