import { MessageFormatError } from './errors.ts'

/** A length below this takes one byte; a longer one takes this byte and four more (toolkit reference §3.2). */
const shortLengthLimit = 0x80

const utf8 = new TextEncoder()

/** Bytes that grow at the end. Numbers are little-endian, as x86-64 writes them (toolkit reference §3.2). */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  #length = 0

  constructor(sizeBytes = 256) {
    this.#bytes = new Uint8Array(sizeBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  uint8(value: number): void {
    const at = this.#room(1)
    this.#bytes[at] = value
  }

  uint32(value: number): void {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
  }

  uint64(value: bigint): void {
    const at = this.#room(8)
    this.#view.setBigUint64(at, value, true)
  }

  int32(value: number): void {
    const at = this.#room(4)
    this.#view.setInt32(at, value, true)
  }

  float64(value: number): void {
    const at = this.#room(8)
    this.#view.setFloat64(at, value, true)
  }

  boolean(value: boolean): void {
    this.uint8(value ? 1 : 0)
  }

  /** The length of an rstring, or the number of entries of a list or map: 0 to 2^32 − 1. */
  length(value: number): void {
    if (value < shortLengthLimit) {
      this.uint8(value)
    } else {
      this.uint8(shortLengthLimit)
      this.uint32(value)
    }
  }

  /** A text as UTF-8 behind its length. */
  rstring(text: string): void {
    const bytes = utf8.encode(text)
    this.length(bytes.length)
    this.bytes(bytes)
  }

  /** A whole number from 0 to 2^53 − 1 in as few bytes as it needs, seven bits each, lowest first. */
  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.uint8((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.uint8(rest)
  }

  bytes(value: Uint8Array): void {
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
  }

  /** What was written so far; a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Where so many bytes go. Ask first and take the view then: growing replaces it. */
  #room(sizeBytes: number): number {
    const at = this.#length
    this.#length += sizeBytes
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}

/**
 * Reads bytes from the front. Every read is checked against what is left before anything is allocated, so a hostile length
 * costs nothing; all methods throw MessageFormatError.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string
  #at = 0

  /** `what` names the bytes in messages, such as `heartbeat message`. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  uint8(field: string): number {
    return this.#view.getUint8(this.#take(1, field))
  }

  uint32(field: string): number {
    return this.#view.getUint32(this.#take(4, field), true)
  }

  uint64(field: string): bigint {
    return this.#view.getBigUint64(this.#take(8, field), true)
  }

  int32(field: string): number {
    return this.#view.getInt32(this.#take(4, field), true)
  }

  float64(field: string): number {
    return this.#view.getFloat64(this.#take(8, field), true)
  }

  boolean(field: string): boolean {
    const byte = this.uint8(field)
    if (byte > 1) throw this.#broken(field, '0 or 1', String(byte))
    return byte === 1
  }

  /** `field` is what is counted, such as `the length of a key`. */
  length(field: string): number {
    const first = this.uint8(field)
    if (first > shortLengthLimit) {
      throw new MessageFormatError(`Expected ${field} to begin with 0 to 0x80, got 0x${first.toString(16)}`)
    }
    return first === shortLengthLimit ? this.uint32(field) : first
  }

  rstring(field: string): string {
    return this.utf8(this.length(`the length of ${field}`), field)
  }

  /** A text of so many bytes; what is no UTF-8 comes out as replacement characters. */
  utf8(sizeBytes: number, field: string): string {
    // Without `ignoreBOM` a text that begins with U+FEFF would lose it.
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes(sizeBytes, field))
  }

  varint(field: string): number {
    let value = 0
    let weight = 1
    for (;;) {
      const byte = this.uint8(field)
      value += (byte & 0x7f) * weight
      if (value > Number.MAX_SAFE_INTEGER) throw this.#broken(field, 'a number below 2^53', 'a larger one')
      if (byte < 0x80) return value
      weight *= 0x80
    }
  }

  /** The next bytes, not copied. */
  bytes(sizeBytes: number, field: string): Uint8Array {
    const at = this.#take(sizeBytes, field)
    return this.#bytes.subarray(at, at + sizeBytes)
  }

  #take(sizeBytes: number, field: string): number {
    if (sizeBytes > this.left) throw this.#broken(field, `${sizeBytes} bytes`, `${this.left}`)
    const at = this.#at
    this.#at += sizeBytes
    return at
  }

  #broken(field: string, expected: string, got: string): MessageFormatError {
    return new MessageFormatError(
      `Expected ${expected} for ${field} at byte ${this.#at} of a ${this.#what} of ${this.#bytes.length} bytes, got ${got}`,
    )
  }
}
