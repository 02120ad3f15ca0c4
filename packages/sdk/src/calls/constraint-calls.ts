import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  ConstraintsSet,
  ConstraintsUpdated,
  ConstraintTemplate,
  ConstraintTemplateCreate,
  ConstraintType,
  ConstraintVersion,
  CumulativeState,
  ListConstraintTemplatesQuery,
  ListConstraintTypesQuery,
  PageQuery,
  PassportConstraints,
  StateReset,
  StateResetResult,
  TemplateApplied,
} from '../wire.ts'

/** Calls about the constraints of passports and about what is used of them. */
export class ConstraintCalls extends Caller {
  /** The constraints in force for a passport. */
  getConstraints(passportId: string, options?: CallOptions): Promise<PassportConstraints> {
    return this.call('get_constraints', { params: { passport_id: passportId } }, options)
  }

  /** Sets constraints beside those that are signed. They may add and tighten, never loosen. */
  setConstraints(
    passportId: string,
    constraints: ConstraintsSet,
    options?: CallOptions,
  ): Promise<ConstraintsUpdated> {
    return this.call('set_constraints', { params: { passport_id: passportId }, body: constraints }, options)
  }

  /** Applies a template: the constraints that it names are replaced, the others stay. */
  applyConstraintTemplate(
    passportId: string,
    templateSlug: string,
    options?: CallOptions,
  ): Promise<TemplateApplied> {
    const body = { template_slug: templateSlug }
    return this.call('apply_constraint_template', { params: { passport_id: passportId }, body }, options)
  }

  /** Lists the versions of what was set for a passport, newest first. */
  listConstraintHistory(
    passportId: string,
    query?: PageQuery,
    options?: CallOptions,
  ): Promise<ConstraintVersion[]> {
    return this.call('list_constraint_history', { params: { passport_id: passportId }, query }, options)
  }

  /** Like `listConstraintHistory`, page after page. */
  iterConstraintHistory(
    passportId: string,
    query?: PageQuery,
    options?: CallOptions,
  ): AsyncGenerator<ConstraintVersion, void, undefined> {
    return this.iterate('list_constraint_history', { params: { passport_id: passportId }, query }, options)
  }

  /** Lists the constraint types in their order of evaluation. */
  listConstraintTypes(query?: ListConstraintTypesQuery, options?: CallOptions): Promise<ConstraintType[]> {
    return this.call('list_constraint_types', { query }, options)
  }

  /** Like `listConstraintTypes`, page after page. */
  iterConstraintTypes(
    query?: ListConstraintTypesQuery,
    options?: CallOptions,
  ): AsyncGenerator<ConstraintType, void, undefined> {
    return this.iterate('list_constraint_types', { query }, options)
  }

  /** Lists the built-in constraint templates and those of the workspace. */
  listConstraintTemplates(
    query?: ListConstraintTemplatesQuery,
    options?: CallOptions,
  ): Promise<ConstraintTemplate[]> {
    return this.call('list_constraint_templates', { query }, options)
  }

  /** Like `listConstraintTemplates`, page after page. */
  iterConstraintTemplates(
    query?: ListConstraintTemplatesQuery,
    options?: CallOptions,
  ): AsyncGenerator<ConstraintTemplate, void, undefined> {
    return this.iterate('list_constraint_templates', { query }, options)
  }

  createConstraintTemplate(
    template: ConstraintTemplateCreate,
    options?: CallOptions,
  ): Promise<ConstraintTemplate> {
    return this.call('create_constraint_template', { body: template }, options)
  }

  /** What a passport has spent and done in the windows of its constraints. */
  getCumulativeState(passportId: string, options?: CallOptions): Promise<CumulativeState> {
    return this.call('get_cumulative_state', { params: { passport_id: passportId } }, options)
  }

  /** Sets a passport's counters back to zero; the reset is recorded. */
  resetCumulativeState(
    passportId: string,
    body?: StateReset,
    options?: CallOptions,
  ): Promise<StateResetResult> {
    return this.call('reset_cumulative_state', { params: { passport_id: passportId }, body }, options)
  }
}
