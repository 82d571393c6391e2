import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader, frameOf } from './frames.ts'

const messages = [{ kind: 'a', count: 2n ** 63n }, { body: new Uint8Array([1, 2, 3]) }, 'text', null]

test('reads what was written, wherever the stream is cut', () => {
  const bytes = Buffer.concat(messages.map(frameOf))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: bytes.length })), (lengths) => {
      const reader = new FrameReader()
      const read: unknown[] = []
      let at = 0
      for (const length of [...lengths, bytes.length]) {
        read.push(...reader.push(bytes.subarray(at, at + length)))
        at += length
      }
      expect(read).toEqual(messages)
    }),
  )
})

test('refuses a length that no frame has before its bytes come', () => {
  const head = Buffer.from([0x40, 0, 0, 0])
  expect(() => new FrameReader().push(head)).toThrow('Expected a frame of at most 314572800 bytes, got 1073741824.')
})

test('keeps a frame that is not whole yet', () => {
  const reader = new FrameReader()
  const frame = frameOf('text')
  expect(reader.push(frame.subarray(0, -1))).toEqual([])
  expect(reader.push(frame.subarray(-1))).toEqual(['text'])
})
