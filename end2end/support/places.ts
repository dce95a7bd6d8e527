/** Every page, by a name and how to come there. */

import type { APIRequestContext } from "@playwright/test";

export interface Place {
  name: string;
  path: string;
  /** Seen by somebody who is not signed in. */
  outside?: boolean;
}

export const places: readonly Place[] = [
  { name: "home", path: "/" },
  { name: "services", path: "/services" },
  { name: "service-new", path: "/services/new" },
  { name: "sheet-overview", path: "/services/s3" },
  { name: "sheet-scenarios", path: "/services/s3/scenarios" },
  { name: "sheet-criteria", path: "/services/s3/criteria" },
  { name: "sheet-notes", path: "/services/s3/notes" },
  { name: "sheet-guardrails", path: "/services/s3/guardrails" },
  { name: "sheet-history", path: "/services/s3/history" },
  { name: "empty-sheet", path: "/services/ecs/criteria" },
  { name: "talk", path: "/services/s3/talk" },
  { name: "talk-cell", path: "/services/s3/talk?cell=criteria%2FK07%2Flimits" },
  { name: "talk-all", path: "/services/s3/talk?show=all" },
  { name: "inbox", path: "/inbox" },
  { name: "edit-text", path: "/services/s3/edit?cell=criteria%2FK07%2Fsummary%2Fja" },
  { name: "edit-choice", path: "/services/s3/edit?cell=criteria%2FK07%2Favailability" },
  { name: "matrix", path: "/matrix" },
  { name: "category", path: "/categories/K07" },
  { name: "guardrails", path: "/guardrails" },
  { name: "guardrail", path: "/guardrail?id=securityhub%3AS3.5" },
  { name: "overdue", path: "/overdue" },
  { name: "rounds", path: "/rounds" },
  { name: "sheet-review", path: "/services/s3/review" },
  { name: "sheet-versions", path: "/services/s3/versions" },
  { name: "sheet-assignments", path: "/services/rds/assignments" },
  { name: "assignments", path: "/assignments" },
  { name: "copy", path: "/services/ecs/copy" },
  { name: "taken-over", path: "/services/fsx/criteria?only=taken_over" },
  { name: "sign-in-code", path: "/sign-in/code", outside: true },
  { name: "search", path: "/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96" },
  { name: "search-empty", path: "/search" },
  { name: "search-facets", path: "/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96&category=K07&view=flat" },
  { name: "search-none", path: "/search?q=qqzzxx%20yyvvww&category=K07" },
  { name: "searches", path: "/searches" },
  { name: "synonyms", path: "/synonyms?text=mfa&try=mfa" },
  { name: "baskets", path: "/basket" },
  { name: "basket-add", path: "/basket/add?service=s3&cell=criteria%2FK07%2Fsummary%2Fja" },
  { name: "category-compare", path: "/categories/K07?compare=1&with=s3&with=rds&with=lambda&against=s3" },
  { name: "import", path: "/import" },
  { name: "members", path: "/members?institution=a-bank" },
  { name: "policy", path: "/policy" },
  { name: "adoption", path: "/services/s3/adoption?institution=a-bank" },
  { name: "adoption-edit", path: "/services/s3/adoption/edit?institution=a-bank" },
  { name: "adoption-risk", path: "/services/s3/adoption/edit?institution=a-bank&row=K07" },
  { name: "adoption-prepare", path: "/services/rds/adoption/prepare?institution=a-bank" },
  { name: "adoption-propose", path: "/services/s3/adoption/propose?institution=a-bank&cell=adoption/service/note" },
  { name: "adoption-empty", path: "/services/sns/adoption?institution=a-bank" },
  { name: "edit-private", path: "/services/s3/edit?cell=criteria%2FK07%2Flimits%2Fja&institution=a-bank" },
  { name: "adoptions", path: "/adoption?institution=a-bank" },
  { name: "verify", path: "/verify" },
  { name: "audit", path: "/audit?institution=a-bank" },
  { name: "elevation", path: "/elevation" },
  { name: "account", path: "/account" },
  { name: "api", path: "/api", outside: true },
  { name: "error", path: "/services/no-such-service" },
  { name: "sign-in", path: "/sign-in", outside: true },
];

/** Uploads a workbook and gives back the path of its preview. */
export async function preview(
  request: APIRequestContext,
  origin: string,
  service: string,
  workbook: Buffer,
): Promise<string> {
  const answer = await request.post("/import", {
    headers: { origin },
    multipart: { service, file: { name: `${service}.xlsx`, mimeType: "application/octet-stream", buffer: workbook } },
    maxRedirects: 0,
  });
  const to = answer.headers()["location"];
  if (!to) throw new Error(`no preview: ${answer.status()} ${await answer.text()}`);
  return to;
}
