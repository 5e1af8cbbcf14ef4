#!/usr/bin/env bash
# Trains the models that medcnn brings, as described in docs/models/lesion.md:
#
#   Samples/default-model/train.sh MEDCNN REAL.csv OUTLINES.csv OUTPUT
#
# MEDCNN is the program, REAL.csv the table of real cases with the columns
# id,T1,T1c,T2,FLAIR,label,relabel,mask,weight, OUTLINES.csv that of outlines of plaques without scans
# ("medcnn phantom implant --help"); paths are whole. OUTPUT is a folder for some 3 GB of scans and the
# models. The scans are not part of this repository. Takes about two hours on two cores.
set -euo pipefail
[ $# -eq 4 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
medcnn=$1 real=$2 outlines=$3 output=$4
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

# 2. The same network, further trained on real cases, their lesions in each other's brains, and some
# synthesised ones. "implant" takes no weights.
cut -d, -f1-8 "$real" >"$output/patients.csv"
"$medcnn" phantom implant --data "$output/patients.csv" --lesions "$outlines" --count 24 --seed 101 \
  --out "$output/implanted"
{
  cat "$real"
  awk -F, -v OFS=, 'NR > 1 {
    for (i = 2; i <= 7; i++) if ($i != "") $i = "implanted/" $i
    print $1, $2, $3, $4, $5, $6, "", $7, 0.7 }' "$output/implanted/cases.csv"
  table "$output/brains" 0.2 | sed -n 2,17p | awk -F, -v OFS=, '{
    for (i = 2; i <= 6; i++) $i = "brains/" $i
    print $1, $2, $3, $4, $5, $6, $7, "", $8 }'
} >"$output/mixed.csv"
"$medcnn" train --data "$output/mixed.csv" --architecture unet --config "$here/finetune.yaml" \
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
