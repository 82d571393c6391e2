import { z } from 'zod'
import type { Health } from '../model/streams-client.ts'

// What this project needs of the representations of the REST Management API (streams-rest-api reference §3 to §11). `self` and
// the other links are absolute URIs; they are followed, never built.

const link = z.string().refine((text) => URL.canParse(text), 'an absolute URI')

const healthValues: readonly string[] = ['healthy', 'partiallyHealthy', 'partiallyUnhealthy', 'unhealthy', 'unknown']
const isHealth = (text: string): text is Health => healthValues.includes(text)

/** §9; a value of a later version is as good as unknown. */
const health = z.string().transform((text): Health => (isHealth(text) ? text : 'unknown'))

/** Numbers of ids and processes are texts in Streams' JSON; a number is accepted too. */
const idText = z.union([z.string(), z.number()]).transform(String)

/** §3: the next page of a collection, where there is one. */
export const page = z.object({ next: link.optional() })

/** §1: the names and URIs of what the service offers. */
export const rootDocument = z.object({ resources: z.array(z.object({ name: z.string(), resource: z.string() })) })

/** §5 */
export const instanceRepresentation = z.object({
  id: z.string(),
  status: z.string(),
  health,
  self: link,
  jobs: link,
  applicationBundles: link.optional(),
  applicationConfigurations: link.optional(),
})
export type InstanceRepresentation = z.infer<typeof instanceRepresentation>

/** §8; `service` is the data service's entry of Streams 5.5 (data-exchange reference §3). */
export const jobRepresentation = z.object({
  id: idText,
  name: z.string(),
  status: z.string(),
  health,
  submitTime: z.number().default(0),
  applicationName: z.string().default(''),
  self: link,
  pes: link,
  operators: link,
  service: z.object({ apiJson: link.optional() }).nullish(),
})
export type JobRepresentation = z.infer<typeof jobRepresentation>

/** §10 */
export const peRepresentation = z.object({
  id: idText,
  status: z.string(),
  statusReason: z.string().default('none'),
  health,
  processId: idText.default(''),
  launchCount: z.number(),
  self: z.string(),
})

/** §10 */
export const operatorRepresentation = z.object({
  name: z.string(),
  operatorKind: z.string(),
  self: z.string(),
  metrics: link,
  outputPorts: link,
})
export type OperatorRepresentation = z.infer<typeof operatorRepresentation>

/** §10 */
export const outputPortRepresentation = z.object({ indexWithinOperator: z.number(), metrics: link })

/** §10 */
export const metricRepresentation = z.object({
  name: z.string(),
  metricKind: z.string().default('unknown'),
  metricType: z.string().default('unknown'),
  value: z.number(),
  lastTimeRetrieved: z.number().default(0),
})

/** §11 */
export const applicationConfigurationRepresentation = z.object({
  name: z.string(),
  description: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  properties: z.record(z.string(), z.string()),
  self: link,
})

/** §6 */
export const bundleRepresentation = z.object({ bundleId: z.string().min(1) })
