#!/usr/bin/env bash
# Trains the models that medcnn brings, as described in docs/models/lesion.md:
#
#   Samples/default-model/train.sh MEDCNN REAL.csv OUTPUT
#
# MEDCNN is the program, REAL.csv the table of real cases (its form is in docs/models/lesion.md; the scans
# are not part of this repository), OUTPUT a folder for some 2 GB of synthesised scans and the models.
# Takes about two hours on two cores.
set -euo pipefail
[ $# -eq 3 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
medcnn=$1 real=$2 output=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$output"

labels=(--label "1=necrotic core" --label "2=oedema" --label "3=enhancing tumour" --label "4=other lesion")

# Each synthesised case in terms of the model's labels. Paths are relative to the table, so it stays there.
table() { # FOLDER WEIGHT
  awk -F, -v OFS=, -v weight="$2" '
    NR == 1 { print "id,T1,T1c,T2,FLAIR,label,relabel,weight" }
    NR > 1 { print $1, $2, $3, $4, $5, $6, "3=1 4=3 5=4 6=4", weight }' "$1/cases.csv"
}

# 1. Synthesised brains, and a network that knows nothing else.
"$medcnn" phantom mri --kind mixed --count 154 --seed 1001 --settings "$here/brains.json" \
  --size 160,192,144 --spacing 1 --out "$output/brains"
table "$output/brains" 1 >"$output/brains/training.csv"
"$medcnn" train --data "$output/brains/training.csv" --architecture unet --config "$here/pretrain.yaml" \
  "${labels[@]}" --validation 0 --out "$output/pretrained.safetensors"

# 2. The same network, further trained on real cases with some synthesised ones among them.
cp "$real" "$output/brains/mixed.csv"
table "$output/brains" 0.1 | sed -n 2,31p >>"$output/brains/mixed.csv"
"$medcnn" train --data "$output/brains/mixed.csv" --architecture unet --config "$here/finetune.yaml" \
  "${labels[@]}" --validation 0 --initial "$output/pretrained.safetensors" --out "$output/lesion.safetensors"

# 3. Synthesised heads, and a network that finds the brain in a scan of any contrast.
"$medcnn" phantom mri --kind mixed --count 160 --seed 8001 --settings "$here/heads.json" \
  --size 72,84,76 --spacing 3 --tissues --out "$output/heads"
awk -F, -v OFS=, '
  NR == 1 { print "id,scan,label,relabel" }
  NR > 1 {
    tissue = $6; sub(/-seg/, "-tissue", tissue)
    for (scan = 2; scan <= 5; scan++)
      print $1 "-" scan, $scan, tissue, "2=1 3=1 4=1 5=1 6=0 7=0 8=0"
  }' "$output/heads/cases.csv" >"$output/heads/training.csv"
"$medcnn" train --data "$output/heads/training.csv" --architecture unet --config "$here/brain.yaml" \
  --label 1=brain --validation 0 --out "$output/brain.safetensors"

# 4. What people should know about them.
for model in lesion brain; do
  "$medcnn" model card "$output/$model.safetensors" --from "$here/$model-card.yaml" \
    -o "$output/$model-described.safetensors"
done
