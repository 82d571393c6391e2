import { describe, expect, test } from 'vitest'
import { Disposables } from './disposal.ts'

describe('Disposables', () => {
  test('undoes newest first, one after the other', async () => {
    const undone: string[] = []
    {
      await using disposables = new Disposables()
      disposables.defer(() => void undone.push('first'))
      disposables.defer(async () => {
        await Promise.resolve()
        undone.push('second')
      })
      const resource = { [Symbol.dispose]: () => void undone.push('third') }
      expect(disposables.use(resource)).toBe(resource)
      disposables.use({ [Symbol.asyncDispose]: async () => void (await Promise.resolve(undone.push('fourth'))) })
    }
    expect(undone).toEqual(['fourth', 'third', 'second', 'first'])
  })

  test('undoes once, also when disposed twice at the same time', async () => {
    const disposables = new Disposables()
    let count = 0
    disposables.defer(async () => {
      await Promise.resolve()
      count += 1
    })
    await Promise.all([disposables[Symbol.asyncDispose](), disposables[Symbol.asyncDispose]()])
    await disposables[Symbol.asyncDispose]()
    expect(count).toBe(1)
  })

  test('goes on after errors and gathers them in the order they happened', async () => {
    const disposables = new Disposables()
    const undone: string[] = []
    const [early, late] = [new Error('early'), new Error('late')]
    disposables.defer(() => {
      throw late
    })
    disposables.defer(() => void undone.push('between'))
    disposables.defer(() => {
      throw early
    })
    const error: unknown = await disposables[Symbol.asyncDispose]().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).errors).toEqual([early, late])
    expect(undone).toEqual(['between'])
    await expect(disposables[Symbol.asyncDispose]()).rejects.toBe(error)
  })

  test('throws a single error as it is', async () => {
    const disposables = new Disposables()
    const error = new Error('alone')
    disposables.defer(() => {
      throw error
    })
    await expect(disposables[Symbol.asyncDispose]()).rejects.toBe(error)
  })

  test('hands over what it holds when a set-up succeeds', async () => {
    const undone: string[] = []
    const setup = new Disposables()
    setup.defer(() => void undone.push('first'))
    setup.defer(() => void undone.push('second'))
    const moved = setup.move()
    await setup[Symbol.asyncDispose]()
    expect(undone).toEqual([])
    expect(() => setup.defer(() => undefined)).toThrow('disposal')
    await moved[Symbol.asyncDispose]()
    expect(undone).toEqual(['second', 'first'])
  })
})
