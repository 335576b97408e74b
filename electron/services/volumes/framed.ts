// A piece of JSON as contract/api/volumes.ts sends it: uint32 length, little endian, then the text.
export function framed(value: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(value))
  const bytes = new Uint8Array(4 + json.byteLength)
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true)
  bytes.set(json, 4)
  return bytes
}
