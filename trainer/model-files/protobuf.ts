// The little of Protocol Buffers' wire format that writing ONNX takes (protobuf.dev, "Encoding"): fields in order, lengths
// known before they are written.
const VARINT = 0
const LENGTH = 2
const FIXED32 = 5

const utf8 = new TextEncoder()

export class MessageWriter {
  readonly #parts: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  /** @param value a whole number from 0 to 2^53 */
  integer(field: number, value: number): this {
    return this.#push(varint(field * 8 + VARINT)).#push(varint(value))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.#push(varint(field * 8 + FIXED32)).#push(bytes)
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + LENGTH))
      .#push(varint(value.length))
      .#push(value)
  }

  message(field: number, value: MessageWriter): this {
    this.#push(varint(field * 8 + LENGTH)).#push(varint(value.length))
    for (const part of value.#parts) this.#push(part)
    return this
  }

  /** In order; large arrays are not copied. */
  parts(): readonly Uint8Array[] {
    return this.#parts
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part)
    this.#length += part.length
    return this
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Uint8Array.from([...bytes, rest])
}
