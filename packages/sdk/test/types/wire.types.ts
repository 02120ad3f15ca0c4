/** Compiled and not run: the printed wire types are the types of the schemas that they are printed from. */
import type { OperationId, operations } from '@modei/protocol'
import type { Calls } from 'modei'
import type { z } from 'zod'

type Table = typeof operations
type Same<A, B> = [A, B] extends [B, A] ? true : false
type Failing<T> = { [Id in keyof T]: T[Id] extends true ? never : Id }[keyof T]
type MustBeNever<T extends never> = T

type Answers = { [Id in OperationId]: Same<z.output<Table[Id]['response']>, Calls[Id]['answers']> }
export type OtherAnswers = MustBeNever<Failing<Answers>>

type BodyOf<Operation> = Operation extends { body: infer Body extends z.ZodType } ? z.input<Body> : undefined
type TakenBody<Takes> = Takes extends { body: infer Body }
  ? Body
  : Takes extends { body?: infer Body }
    ? Exclude<Body, undefined>
    : undefined
type Bodies = { [Id in OperationId]: Same<BodyOf<Table[Id]>, TakenBody<Calls[Id]['takes']>> }
export type OtherBodies = MustBeNever<Failing<Bodies>>

type QueryOf<Operation> = Operation extends { query: infer Query extends z.ZodObject }
  ? keyof z.input<Query>
  : never
type TakenQuery<Takes> = Takes extends { query?: infer Query } ? keyof Exclude<Query, undefined> : never
type Queries = { [Id in OperationId]: Same<QueryOf<Table[Id]>, TakenQuery<Calls[Id]['takes']>> }
export type OtherQueries = MustBeNever<Failing<Queries>>
