import { z } from 'zod'
import type { AskedCheck } from '../model/check.ts'
import type { Action, Trigger } from '../model/step.ts'
import { datacenters } from './datacenter-schema.ts'
import { occurrence, stepId, triggerEvent } from './event-schema.ts'
import { httpUrl } from './figure-check-schema.ts'
import {
  exactlyOne,
  expectedHere,
  fields,
  given,
  listOf,
  notBoth,
  number,
  oneOf,
  onlyWith,
  refuse,
  sentence,
  text,
  textLike,
  textOrNumber,
  wholeNumber,
} from './schema-fields.ts'
import { duration, rate, someTime } from './schema-quantities.ts'

// What a step does that is no fault. Time-outs of commands and requests are in real time: they run on the test's machine.

/** An action in the language: what it takes, and what editors say of it. */
export interface ActionSyntax {
  readonly schema: z.ZodType<Action>
  readonly description: string
}

const loadExpected = 'a rate such as "200/s", or a map such as { factor: 2 }'
const load: z.ZodType<Action> = z
  .union(
    [
      rate,
      fields(
        {
          rate: rate.optional().describe('The new rate into each DC; `0/s` is a pause.'),
          factor: number({ min: 0, max: 1000, what: 'a factor' })
            .optional()
            .describe('So many times the rate that the scenario began with.'),
          into: datacenters.optional().describe('Into which DCs. Default: all that get traffic.'),
        },
        {
          expected: loadExpected,
          rules: [
            exactlyOne(['rate', 'factor'], {
              beside: ['into'],
              complain: (got) => ({ message: `Expected \`rate\` or \`factor\`, got ${got}.` }),
            }),
          ],
        },
      ),
    ],
    { error: () => loadExpected },
  )
  .transform((raw): Action =>
    typeof raw === 'number'
      ? { kind: 'load', rate: raw }
      : { kind: 'load', ...given({ rate: raw.rate, factor: raw.factor, into: raw.into }) },
  )

const waitExpected = 'a duration such as "30 s", or a map such as { for: dc2.remote_up, within: 200 s }'
const wait: z.ZodType<Action> = z
  .union(
    [
      duration,
      fields(
        {
          for: triggerEvent.describe('The event.'),
          after: duration.optional().describe('So long after the event. Default: at once.'),
          occurrence: occurrence.optional().describe('Which one of several, counted from 1. Default: the first.'),
          since: stepId.optional().describe('Only events after the beginning of this step count.'),
          within: someTime
            .optional()
            .describe('After so long without the event the run cannot tell. Default: what the settings allow.'),
        },
        { expected: waitExpected },
      ),
    ],
    { error: () => waitExpected },
  )
  .transform((raw): Action => {
    if (typeof raw === 'number') return { kind: 'wait', seconds: raw }
    const { for: event, after: afterSeconds, occurrence: nth, since, within } = raw
    const until: Trigger = { event, ...given({ afterSeconds, occurrence: nth, since }) }
    return { kind: 'wait', until, ...given({ within }) }
  })

const timeoutRealSecondsDefault = 30
const realTimeout = someTime
  .prefault(`${timeoutRealSecondsDefault} s`)
  .describe(`Real time. Default: ${timeoutRealSecondsDefault} s.`)

const commandExpected = 'a command such as "./drill.sh --now", or a list of the program and its arguments'
const command: z.ZodType<readonly string[]> = z
  .union([text(commandExpected), listOf(textOrNumber, commandExpected)], { error: () => commandExpected })
  .transform((raw, ctx) => {
    if (typeof raw !== 'string') return raw
    const words = wordsOf(raw)
    return words === undefined || words.length === 0
      ? refuse(ctx, { kind: 'said', message: 'The command has a quote without an end, or nothing in it.' })
      : words
  })

/** A command as a shell would split it, with quotes and nothing else of a shell; undefined where a quote has no end. */
function wordsOf(line: string): readonly string[] | undefined {
  const words: string[] = []
  const token = /\s+|"((?:[^"\\]|\\["\\])*)"|'([^']*)'|[^\s"']+|["']/gy
  let current: string | undefined
  for (const { 0: whole, 1: double, 2: single } of line.matchAll(token)) {
    if (double === undefined && single === undefined && (whole === '"' || whole === "'")) return undefined
    if (double === undefined && single === undefined && /^\s/.test(whole)) {
      if (current !== undefined) words.push(current)
      current = undefined
    } else {
      current = (current ?? '') + (double?.replaceAll(/\\(["\\])/g, '$1') ?? single ?? whole)
    }
  }
  return current === undefined ? words : [...words, current]
}

const execExpected = 'a command, or a map such as { command: [./drill.sh, --now], exit: 0 }'
const exec: z.ZodType<Action> = z
  .union(
    [
      command,
      fields(
        {
          command: command.describe('The program and its arguments; a text is split at blanks, and no shell sees it.'),
          exit: wholeNumber({ min: 0, max: 255, what: 'an exit status' })
            .prefault(0)
            .describe('The exit status that makes the step succeed. Default: 0.'),
          timeout: realTimeout,
        },
        { expected: execExpected },
      ),
    ],
    { error: () => execExpected },
  )
  .transform((raw): Action => {
    if (!('command' in raw))
      return { kind: 'exec', command: raw, exit: 0, timeoutRealSeconds: timeoutRealSecondsDefault }
    return { kind: 'exec', command: raw.command, exit: raw.exit, timeoutRealSeconds: raw.timeout }
  })

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const
const urlKeys: readonly string[] = [...methods, 'url']
const httpExpected = 'a map such as { get: "http://127.0.0.1:8080/health", status: 200 }'
const headerText = textLike(/^[^\r\n\0]*$/, 'a text of one line')
const headers = z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), headerText, {
  error: () => 'a map of names of headers and their values',
})
const urlOf = (method: string): z.ZodOptional<z.ZodString> =>
  httpUrl.optional().describe(`The URL of a ${method.toUpperCase()}.`)
const http: z.ZodType<Action> = fields(
  {
    get: urlOf('get'),
    head: urlOf('head'),
    post: urlOf('post'),
    put: urlOf('put'),
    patch: urlOf('patch'),
    delete: urlOf('delete'),
    method: textLike(/^[A-Z]{1,20}$/, 'a method such as POST')
      .optional()
      .describe('The method, with `url`.'),
    url: httpUrl.optional().describe('The URL, with `method`.'),
    headers: headers.optional().describe('Headers of the request.'),
    body: text('a text').optional().describe('Body of the request.'),
    status: wholeNumber({ min: 100, max: 599, what: 'a status' })
      .optional()
      .describe('The status that makes the step succeed. Default: any below 400.'),
    timeout: realTimeout,
  },
  {
    expected: httpExpected,
    rules: [
      exactlyOne(urlKeys, {
        beside: ['method', 'headers', 'body', 'status', 'timeout'],
        complain: (got) => ({ message: `Expected \`http\` to have one URL, under ${oneOf(urlKeys)}, got ${got}.` }),
      }),
      onlyWith('method', 'url', {
        message: 'Expected `method` to stand beside `url`, got none.',
        advice: 'Write `url`.',
      }),
      notBoth('get', 'body', { message: 'A GET has no body.', advice: 'Write `post` or `put`, or remove `body`.' }),
    ],
  },
).transform((raw, ctx): Action => {
  const { headers: sent = {}, body, status, timeout, method: word = 'GET', url } = raw
  const short = methods.map((name) => [name.toUpperCase(), raw[name]] as const).find(([, one]) => one !== undefined)
  const [method, address] = short ?? [word, url]
  if (address === undefined) return expectedHere(ctx, httpExpected)
  return { kind: 'http', method, url: address, headers: sent, ...given({ body, status }), timeoutRealSeconds: timeout }
})

const quiesce: z.ZodType<Action> = z
  .null({ error: () => 'nothing: `quiesce` has no arguments' })
  .transform((): Action => ({ kind: 'quiesce' }))

const mark: z.ZodType<Action> = sentence('a text that stands on the timeline').transform((label): Action => ({
  kind: 'mark',
  label,
}))

/** The actions that a step may hold beside `heal`, which has two meanings and belongs to the step itself. */
export function actionSyntax(check: z.ZodType<AskedCheck>): Readonly<Record<string, ActionSyntax>> {
  return {
    load: { schema: load, description: 'The rate of the traffic changes, for good.' },
    quiesce: { schema: quiesce, description: 'All traffic stops, and what is under way finishes.' },
    mark: { schema: mark, description: 'A word on the timeline.' },
    wait: { schema: wait, description: 'Waits for a time or for an event.' },
    check: {
      schema: check.transform((asked): Action => ({ kind: 'check', check: asked })),
      description: 'Judges what was seen so far.',
    },
    exec: { schema: exec, description: "Runs a command on the test's machine." },
    http: { schema: http, description: 'Sends a request.' },
  }
}
