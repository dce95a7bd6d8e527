/** A certified OpenID provider on a port of its own, with people who sign in there under any password. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
// @ts-expect-error The package brings no types.
import Provider from "oidc-provider";
import type { Page } from "@playwright/test";

/** Somebody at the provider. */
export interface Account {
  email: string;
  email_verified: boolean;
  name: string;
  groups?: string[];
}

const SECRET = "a-secret-for-the-tests-only";

export class SignInProvider {
  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** Starts it; `app` is where Kyohyo will be reached. */
  static async start(port: number, app: string, accounts: Record<string, Account>): Promise<SignInProvider> {
    const issuer = `http://127.0.0.1:${port}`;
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: "kyohyo",
          client_secret: SECRET,
          redirect_uris: [`${app}/sign-in/provider/back`],
          post_logout_redirect_uris: [`${app}/sign-in`],
        },
      ],
      pkce: { required: () => true },
      cookies: { keys: ["not a secret"] },
      claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
      scopes: ["openid", "email", "profile", "groups"],
      features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
      // What else it would say on its pages leads to fonts of elsewhere.
      ttl: { Session: 3600, Interaction: 3600, Grant: 3600, IdToken: 600, AccessToken: 600 },
    });
    const server: Server = provider.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new SignInProvider(server, issuer);
  }

  /** The settings file for `kyohyo serve --oidc`. */
  settings(folder: string): string {
    const file = join(folder, "oidc.toml");
    const secret = join(folder, "secret");
    writeFileSync(secret, SECRET);
    writeFileSync(
      file,
      `issuer = "${this.issuer}"
client_id = "kyohyo"
client_secret_file = "${secret}"
label_ja = "A銀行 認証基盤"
label_en = "A Bank sign-in"
scopes = ["email", "profile", "groups"]

[[role]]
group = "kyohyo-editors"
institution = "a-bank"
role = "editor"
`,
    );
    return file;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

/** From our sign-in page to the provider's. */
export async function toProvider(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "A銀行 認証基盤 でサインイン" }).click();
  await page.waitForURL(/\/interaction\//);
}

/** Signs in there and agrees. */
export async function atProvider(page: Page, login: string): Promise<void> {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
