#!/usr/bin/env bash
# Run once, by Gradescope, when the autograder's image is built. The grader itself needs nothing.
set -euo pipefail
source "$(dirname "$0")/config"

# util-linux has setpriv, by which a submission runs as a user who owns nothing.
read -ra packages <<<"util-linux $PACKAGES"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
