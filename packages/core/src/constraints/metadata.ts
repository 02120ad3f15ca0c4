/** A field of caller-supplied metadata itself, never one that every object inherits. */
export function metadataField(metadata: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(metadata, field) ? metadata[field] : undefined
}
