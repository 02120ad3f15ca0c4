import { z } from 'zod'
import { ERROR_CODES } from '../errors.ts'

/** RFC 9457 problem details, as every error is answered. */
export const Problem = z
  .object({
    type: z.string().describe('Page that explains the code'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string().describe(`Stable code, one of: ${ERROR_CODES.join(', ')}`),
    message: z.string().describe('The same text as `detail`'),
    request_id: z.string().describe('`req_…`'),
    errors: z
      .array(
        z.object({ pointer: z.string().describe('RFC 6901 pointer into the request'), message: z.string() }),
      )
      .optional()
      .describe('Every bad field'),
    required_scope: z.string().optional().describe('Scope that the API key lacks'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
