import { z } from 'zod'
import {
  CatalogCreate,
  CatalogDraft,
  CatalogImpact,
  CatalogImpactRequest,
  CatalogPublish,
  CatalogSaved,
  CatalogVersion,
  CatalogVersionParams,
  PublishedCatalog,
  PublishResult,
} from '../schemas/catalogs.ts'
import { PageQuery } from '../schemas/common.ts'
import { GateParams } from '../schemas/gates.ts'
import { operation } from './operation.ts'

const resource = 'catalogs'

export const getCatalog = operation('get_catalog', {
  resource,
  summary: "Get the draft of a gate's catalog.",
  access: { scope: 'catalogs:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: CatalogDraft,
})

export const createCatalog = operation('create_catalog', {
  resource,
  summary: "Replace the draft of a gate's catalog.",
  access: { scope: 'catalogs:write' },
  effect: 'write',
  retry: 'safe',
  params: GateParams,
  body: CatalogCreate,
  response: CatalogSaved,
  errors: [409],
})

export const publishCatalog = operation('publish_catalog', {
  resource,
  summary: 'Publish the draft as a signed version that never changes.',
  access: { scope: 'catalogs:write' },
  effect: 'write',
  retry: 'with_key',
  params: GateParams,
  body: CatalogPublish,
  bodyOptional: true,
  status: 201,
  response: PublishResult,
  errors: [409],
})

export const listCatalogVersions = operation('list_catalog_versions', {
  resource,
  summary: 'List the published versions of a catalog without their content, newest first.',
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: PageQuery,
  response: z.array(CatalogVersion),
  paged: true,
  defaultLimit: 1000,
})

export const getCatalogVersion = operation('get_catalog_version', {
  resource,
  summary: 'Get one published version of a catalog.',
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: CatalogVersionParams,
  response: PublishedCatalog,
})

export const getCatalogImpact = operation('get_catalog_impact', {
  resource,
  summary: 'Get what publishing the draft would change, and for which passports.',
  access: { scope: 'catalogs:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: CatalogImpact,
})

export const analyzeCatalogImpact = operation('analyze_catalog_impact', {
  resource,
  summary: 'Get what publishing the draft would change, and for which passports.',
  access: { scope: 'catalogs:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  body: CatalogImpactRequest,
  bodyOptional: true,
  response: CatalogImpact,
})
