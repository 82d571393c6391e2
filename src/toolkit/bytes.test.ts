import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from './bytes.ts'
import { MessageFormatError } from './errors.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(1)
  write(writer)
  return writer.finish()
}

const reader = (bytes: Uint8Array | readonly number[]): ByteReader => new ByteReader(new Uint8Array(bytes), 'test')

describe('SPL values', () => {
  test.each([
    ['int32', (to: ByteWriter): void => to.int32(-2), 'feffffff'],
    ['float64', (to: ByteWriter): void => to.float64(1.5), '000000000000f83f'],
    ['boolean', (to: ByteWriter): void => to.boolean(true), '01'],
    ['rstring', (to: ByteWriter): void => to.rstring('dc1'), '03646331'],
  ])('of type %s are written lowest byte first', (_type, write, bytes) => {
    expect(hex(written(write))).toBe(bytes)
  })

  test('are read back as they were written', () => {
    const values = fc.record({
      int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      float: fc.double(),
      flag: fc.boolean(),
      text: fc.string({ unit: 'grapheme' }),
    })
    fc.assert(
      fc.property(values, (value) => {
        const from = reader(
          written((to) => {
            to.int32(value.int)
            to.float64(value.float)
            to.boolean(value.flag)
            to.rstring(value.text)
          }),
        )
        const read = {
          int: from.int32('a'),
          float: from.float64('b'),
          flag: from.boolean('c'),
          text: from.rstring('d'),
        }
        expect(read).toEqual(value)
        expect(from.left).toBe(0)
      }),
    )
  })
})

test('a text keeps a byte order mark at its beginning', () => {
  expect(reader(written((to) => to.rstring('\uFEFFa'))).rstring('x')).toBe('\uFEFFa')
})

test('a number that the bytes have no room for makes room', () => {
  for (const before of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
    const bytes = written((to) => {
      to.bytes(new Uint8Array(before))
      to.uint32(7)
    })
    expect(hex(bytes)).toBe(`${'00'.repeat(before)}07000000`)
  }
})

describe('a length', () => {
  test.each([
    [0, '00'],
    [127, '7f'],
    [128, '8080000000'],
    [2 ** 32 - 1, '80ffffffff'],
  ])('of %d is written as %s', (length, bytes) => {
    const result = written((to) => to.length(length))
    expect(hex(result)).toBe(bytes)
    expect(reader(result).length('it')).toBe(length)
  })

  test('that begins with more than 0x80 is refused', () => {
    expect(() => reader([0x81, 0, 0, 0, 0]).length('the length of it')).toThrow(
      new MessageFormatError('Expected the length of it to begin with 0 to 0x80, got 0x81'),
    )
  })
})

test('a boolean is 0 or 1 and nothing else', () => {
  expect(reader([0]).boolean('b1')).toBe(false)
  expect(() => reader([2]).boolean('b1')).toThrow('Expected 0 or 1 for b1 at byte 1 of a test of 1 bytes, got 2')
})

test.each([
  ['int32', (from: ByteReader): unknown => from.int32('x'), 3],
  ['float64', (from: ByteReader): unknown => from.float64('x'), 7],
  ['boolean', (from: ByteReader): unknown => from.boolean('x'), 0],
])('a %s that is cut short is refused', (_type, read, sizeBytes) => {
  expect(() => read(reader(new Uint8Array(sizeBytes)))).toThrow(MessageFormatError)
})
