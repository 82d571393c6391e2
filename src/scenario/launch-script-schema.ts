import { z } from 'zod'
import type { LaunchScriptSpec } from '../model/scenario.ts'
import { duration, fields, listOf, refuse, text, wholeNumber } from './schema-fields.ts'

/** `launch_script` as it is written; a path is meant from the file that it stands in. */
export type LaunchScriptInput =
  | { readonly exit: number }
  | { readonly hang: true }
  | { readonly delay: string }
  | { readonly path: string; readonly args?: readonly (string | number)[] }

const expected = 'one of { path: launch.sh, args: [a, b] }, { exit: 1 }, { hang: true } and { delay: 10 s }'
const argExpected = 'a text or a number'
const arg = z.union([z.string(), z.number()], { error: () => argExpected }).transform((given) => String(given))

/** `launch_script` */
export const launchScriptSchema: z.ZodType<LaunchScriptSpec> = fields(
  {
    path: text('the path of a shell script').optional(),
    args: listOf(arg, 'a list of arguments such as [a, b]').optional(),
    exit: wholeNumber({ min: 0, max: 255, what: 'an exit status' }).optional(),
    hang: z.literal(true, { error: () => 'true' }).optional(),
    delay: duration.optional(),
  },
  { expected },
).transform(({ path, args, exit, hang, delay }, ctx): LaunchScriptSpec => {
  const kinds: readonly LaunchScriptSpec[] = [
    ...(path === undefined ? [] : [{ kind: 'file', path, args: args ?? [] } as const]),
    ...(exit === undefined ? [] : [{ kind: 'exit', status: exit } as const]),
    ...(hang === undefined ? [] : [{ kind: 'hang' } as const]),
    ...(delay === undefined ? [] : [{ kind: 'submit', delaySeconds: delay } as const]),
  ]
  const [only, ...others] = kinds
  if (only === undefined || others.length > 0) {
    const got = only === undefined ? 'none of them' : 'more than one'
    return refuse(ctx, { kind: 'said', message: `Expected \`launch_script\` to be ${expected}, got ${got}.` })
  }
  if (args !== undefined && path === undefined) {
    const message = 'The `args` of `launch_script` are those of a script of your own, and there is no `path`.'
    return refuse(ctx, { kind: 'said', message, advice: 'Name the script, or remove `args`.' })
  }
  return only
})
