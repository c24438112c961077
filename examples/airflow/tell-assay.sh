assay refreshed --source "$SOURCE" --partition "$PARTITION" --url "$METRICS_URL"
