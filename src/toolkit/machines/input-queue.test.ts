import { describe, expect, test } from 'vitest'
import { effectTexts } from '../testing/effect-texts.ts'
import { InputQueue, watchdogQueueLimit } from './input-queue.ts'

/** A queue with so many posts in it, numbered from 1. */
function createQueue(posts: number): InputQueue<string> {
  const queue = new InputQueue<string>()
  for (let post = 1; post <= posts; post += 1) queue.post(`work ${post}`, post)
  return queue
}

describe('InputQueue', () => {
  test('has room for 40', () => {
    expect(watchdogQueueLimit).toBe(40)
    expect(effectTexts(createQueue(39).post('x', 40))).toEqual(['204 to 40'])
    expect(createQueue(40).post('x', 41)).toEqual([])
  })

  test('answers a held post when there is room for it, the oldest first', () => {
    const queue = createQueue(42)
    expect(queue.next()).toMatchObject({ work: 'work 1', effects: [{ kind: 'accept_post', postId: 41 }] })
    expect(queue.next()).toMatchObject({ work: 'work 2', effects: [{ kind: 'accept_post', postId: 42 }] })
    expect(queue.next()).toEqual({ work: 'work 3', effects: [] })
  })

  test('gives all of it out in order, then nothing', () => {
    const queue = createQueue(42)
    const given = Array.from({ length: 42 }, () => queue.next()?.work)
    expect(given).toEqual(Array.from({ length: 42 }, (_, index) => `work ${index + 1}`))
    expect(queue.next()).toBeUndefined()
  })

  test('never holds what comes by another port, gives it out before all posts, and leaves them their room', () => {
    const queue = createQueue(39)
    queue.add('first')
    queue.add('second')
    expect(effectTexts(queue.post('x', 40))).toEqual(['204 to 40'])
    expect([queue.next()?.work, queue.next()?.work, queue.next()?.work]).toEqual(['first', 'second', 'work 1'])
  })

  test('answers every held post once it is abandoned', () => {
    const queue = createQueue(42)
    expect(effectTexts(queue.abandon())).toEqual(['204 to 41', '204 to 42'])
    expect(queue.abandon()).toEqual([])
  })
})
