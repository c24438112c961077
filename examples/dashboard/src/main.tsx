import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { cacheSettings } from "./cache.ts";

const root = document.getElementById("app");
if (!root) throw new Error("The page has no #app");
// serve.ts passes it on to Assay and adds the token, so that none is in the browser.
const client = new ApolloClient({ link: new HttpLink({ uri: "/graphql" }), cache: new InMemoryCache(cacheSettings) });
createRoot(root).render(
  <ApolloProvider client={client}>
    <App />
  </ApolloProvider>,
);
