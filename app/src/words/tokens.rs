//! Words of API tokens, the API's own page, and signing in through a provider.

use super::words;

words! {
    /// Tokens, API, provider.
    Tokens, tokens:
    title = "API トークン", "API tokens";
    lead = "プログラムから、あなたの今の役割の範囲で使えます。スコープでさらに狭められ、役割がなくなればトークンでもできなくなります。", "A program acts with your present roles, narrowed by the scopes. What you may no longer do, no token of yours does.";
    how = "API の使い方", "How to use the API";
    none = "トークンはありません。", "You have no token.";
    name = "用途", "What for";
    scopes = "スコープ", "Scopes";
    bound = "機関", "Institution";
    any_institution = "所属するすべての機関", "All your institutions";
    days = "有効日数（365日まで）", "Days until it ends (at most 365)";
    made = "作成", "Made";
    ends = "期限", "Ends";
    used = "最終利用", "Last used";
    never = "未使用", "Never";
    make = "トークンを作る", "Make a token";
    revoke = "失効させる", "Revoke";
    once = "このトークンは今だけ表示します。安全な場所に控えてください。", "This token is shown only now. Keep it in a safe place.";
    revoked = "トークンを失効させました。", "The token was revoked.";
    of_members = "メンバーの API トークン", "Members’ API tokens";
    of_members_lead = "この機関で使えるトークンです。トークンの値は誰にも見えません。", "Tokens that can act in this institution. Nobody can see their values.";
    holder = "持ち主", "Holder";
    no_members = "この機関で使えるトークンはありません。", "No token can act here.";
    did_make = "API トークンの作成", "Made an API token";
    did_revoke = "API トークンの失効", "Revoked an API token";
    did_link = "認証基盤との結び付け", "Linked a sign-in provider";
    did_unlink = "認証基盤との結び付けの解除", "Unlinked a sign-in provider";
    did_join = "認証基盤からの登録", "Joined through the provider";
    provider = "認証基盤", "Sign-in provider";
    provider_lead = "機関の認証基盤のアカウントを結び付けると、そちらからもサインインできます。", "Link your institution’s sign-in provider to sign in through it as well.";
    linked = "結び付いています", "Linked";
    link = "{} を結び付ける", "Link {}";
    unlink = "結び付けを解く", "Unlink";
    did_linking = "認証基盤と結び付けました。", "The provider is linked.";
    did_unlinking = "結び付けを解きました。", "The provider is unlinked.";
    sign_in_with = "{} でサインイン", "Sign in with {}";
    or = "または", "or";
    no_role_title = "まだ役割がありません", "No role yet";
    no_role_lead = "{} さんとしてサインインしました。シートを見るには、機関の管理者に役割を付けてもらう必要があります。", "You are signed in as {}. To see sheets, a manager of your institution has to give you a role.";
    no_role_ask = "次のメールアドレスを管理者に伝えて、招待を依頼してください。役割が付けば、この画面を開き直すだけで使えます。", "Give your manager this e-mail address and ask to be invited. Once you have a role, open this page again.";
    no_role_unverified = "認証基盤がメールアドレスを確認していないため、管理者は全体の管理者の一覧から役割を付けます。表示名を伝えてください。", "Your provider did not verify an e-mail address: give your administrator your name instead.";
    try_again = "開き直す", "Open again";
    signed_out_title = "サインアウトしました", "You are signed out";
    signed_out_lead = "共評からサインアウトしました。続けて認証基盤からもサインアウトします。進まないときはリンクを開いてください。", "You are signed out here. Your provider’s sign-out follows; open the link if it does not.";
    signed_out_provider = "認証基盤からもサインアウトする", "Sign out at the provider";
}
